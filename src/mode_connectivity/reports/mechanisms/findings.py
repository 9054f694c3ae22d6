"""Picks from the records what the report of the mechanisms study shows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.params import Params
from mode_connectivity.reports.mechanisms.signs import PROBES
from mode_connectivity.reports.mechanisms.targets import Networks
from mode_connectivity.reports.records import Records, arrays_of

Found = dict[str, dict[int, Mapping[str, Any]]]  # method or pattern -> seed -> what its stage wrote
Profiles = dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]  # probe set -> loss and accuracy along a path
Line = tuple[str, NDArray[np.float64], Profiles]  # pattern or method, ts, profiles
TRAINED_ON = {"cue": "cue-trained", "clean": "clean twin"}


@dataclass(frozen=True)
class Findings:
    """Holds `networks`: scores on probe sets; `tuned` by method; `paths` to the twin by pattern; `chance`; `seeds`."""

    networks: Networks
    tuned: Found
    paths: Found
    chance: float
    seeds: Sequence[int]

    @classmethod
    def of(cls, params: Params, records: Records) -> Self:
        """Return what the records hold for all methods, patterns and seeds of `params`.

        Raises:
            FileError: a record is missing.
        """
        seeds = params.cue_endpoint.seeds
        methods, patterns = (params.finetune.methods, params.mechanism.patterns) if seeds else ((), ())
        tuned: Found = {m: {s: records.need("finetuned", method=m, seed=s) for s in seeds} for m in methods}
        paths: Found = {p: {s: records.need("mechanism", pattern=p, seed=s) for s in seeds} for p in patterns}
        chance = 1 / records.need("cues")["classes"] if seeds else 0.0
        return cls(_networks(params, records, tuned), tuned, paths, chance, seeds)

    @property
    def images(self) -> dict[str, int]:
        """Return how many clean and, for a method that takes them, cue images were fine-tuned on."""
        counts: dict[str, int] = {}
        for seeds in self.tuned.values():
            counts |= next(iter(seeds.values()))["images"]
        return counts

    @property
    def sets(self) -> dict[str, dict[int, Any]]:
        """Return pattern -> seed -> figures by probe set."""
        return {p: {seed: each["probe_sets"] for seed, each in seeds.items()} for p, seeds in self.paths.items()}

    def error_barriers(self) -> dict[str, list[dict[str, float]]]:
        """Return pattern or method -> error barriers on the probe sets of test images, one mapping a seed."""
        between = {
            pattern: [{p: sets[f"test_{p}"]["error_barrier"] for p in PROBES} for sets in seeds.values()]
            for pattern, seeds in self.sets.items()
        }
        return between | {method: self.barriers_back(method) for method in self.tuned}

    def title(self, path: str) -> str:
        """Return the name of the path of a pattern or method in words."""
        return f"{path} to the clean twin" if path in self.paths else f"straight line to {path}"

    def barriers_back(self, method: str) -> list[dict[str, float]]:
        """Return the error barriers of the straight line to the network that `method` made; [] where it was not run."""
        histories = self.tuned.get(method, {}).values()
        return [{p: each["path"]["sets"][p]["error_barrier"] for p in PROBES} for each in histories]

    def lines_back(self) -> Iterator[Line]:
        """Yield the straight line from the network before fine-tuning, of every method and seed."""
        for method, seeds in self.tuned.items():
            for history in seeds.values():
                sets = history["path"]["sets"]
                profiles = {p: (np.array(sets[p]["loss"]), np.array(sets[p]["accuracy"])) for p in PROBES}
                yield method, np.array(history["path"]["ts"]), profiles

    def between(self) -> Iterator[Line]:
        """Yield the paths from the cue-trained network to its clean twin of which the arrays are known."""
        for pattern, seeds in self.paths.items():
            for record in seeds.values():
                if "arrays" in record:
                    arrays = arrays_of(record)
                    profiles = {p: (arrays[f"test_{p}_loss"], arrays[f"test_{p}_accuracy"]) for p in PROBES}
                    yield pattern, arrays["ts"], profiles

    def metrics(self) -> dict[str, Any]:
        """Return means over the seeds; `highest` is the mean of each seed's highest barrier on the four sets."""
        accuracy = {
            name.replace(" ", "_").replace("-", "_"): {probe: float(np.mean(values)) for probe, values in sets.items()}
            for name, sets in self.networks.accuracy.items()
        }
        barriers = {
            name: {probe: float(np.mean([each[probe] for each in seeds])) for probe in PROBES}
            | {"highest": float(np.mean([max(each.values()) for each in seeds]))}
            for name, seeds in self.error_barriers().items()
        }
        return {"accuracy": accuracy, "error_barrier": barriers}


def _networks(params: Params, records: Records, tuned: Found) -> Networks:
    """Return accuracy and loss on test images of every network of the study, by name."""
    scores: dict[str, list[Mapping[str, Any]]] = {}
    seeds = params.cue_endpoint.seeds
    for kind, name in TRAINED_ON.items() if seeds else ():
        trained = [records.need("cue_endpoints", trained_on=kind, seed=seed) for seed in seeds]
        scores[name] = [each["scores"]["test"] for each in trained]
    for method, by_seed in tuned.items():
        if params.finetune.model is not None:
            scores["pretrained"] = [history["scores"]["pretrained"] for history in by_seed.values()]
        scores[method] = [history["scores"]["tuned"] for history in by_seed.values()]

    def of(quantity: str) -> dict[str, dict[str, list[float]]]:
        return {
            name: {probe: [each[probe][quantity] for each in seeds] for probe in PROBES}
            for name, seeds in scores.items()
        }

    return Networks(of("accuracy"), of("loss"))
