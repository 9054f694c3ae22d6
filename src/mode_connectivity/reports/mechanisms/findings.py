"""Reads what the stages of the mechanisms study wrote, for its report."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mode_connectivity import layout
from mode_connectivity.foundations import checkpoints
from mode_connectivity.foundations.reading import read_arrays, read_json
from mode_connectivity.params import Params
from mode_connectivity.reports.mechanisms.signs import PROBES
from mode_connectivity.reports.mechanisms.targets import Networks

Found = dict[str, dict[int, dict[str, Any]]]  # method or pattern -> seed -> what its stage wrote
Profiles = dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]  # probe set -> loss and accuracy along a path
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
    def of(cls, params: Params) -> Self:
        """Return what the stages wrote for all methods, patterns and seeds of `params`."""
        seeds = params.cue_endpoint.seeds
        tuned: Found = {
            method: {seed: read_json(layout.history(layout.finetuned(method, seed))) for seed in seeds}
            for method in (params.finetune.methods if seeds else ())
        }
        paths: Found = {
            pattern: {
                seed: read_json(layout.mechanism(pattern, seed) / layout.PROBED_SUMMARY)["probe_sets"] for seed in seeds
            }
            for pattern in (params.mechanism.patterns if seeds else ())
        }
        chance = 1 / len(checkpoints.metadata(layout.CUES)["draws"]["classes"])
        return cls(_networks(params, tuned), tuned, paths, chance, seeds)

    @property
    def images(self) -> dict[str, int]:
        """Return how many clean and, for a method that takes them, cue images were fine-tuned on."""
        counts: dict[str, int] = {}
        for seeds in self.tuned.values():
            counts |= next(iter(seeds.values()))["images"]
        return counts

    def error_barriers(self) -> dict[str, list[dict[str, float]]]:
        """Return pattern or method -> error barriers on the probe sets of test images, one mapping a seed."""
        between = {
            pattern: [{p: sets[f"test_{p}"]["error_barrier"] for p in PROBES} for sets in seeds.values()]
            for pattern, seeds in self.paths.items()
        }
        return between | {method: self.barriers_back(method) for method in self.tuned}

    def title(self, path: str) -> str:
        """Return the name of the path of a pattern or method in words."""
        return f"{path} to the clean twin" if path in self.paths else f"straight line to {path}"

    def barriers_back(self, method: str) -> list[dict[str, float]]:
        """Return the error barriers of the straight line to the network that `method` made; [] where it was not run."""
        histories = self.tuned.get(method, {}).values()
        return [{p: each["path"]["sets"][p]["error_barrier"] for p in PROBES} for each in histories]

    def lines_back(self) -> Iterator[tuple[str, NDArray[np.float64], Profiles]]:
        """Yield (method, ts, profiles) of the straight line from the network before fine-tuning, for every seed."""
        for method, seeds in self.tuned.items():
            for history in seeds.values():
                sets = history["path"]["sets"]
                profiles = {p: (np.array(sets[p]["loss"]), np.array(sets[p]["accuracy"])) for p in PROBES}
                yield method, np.array(history["path"]["ts"]), profiles

    def between(self) -> Iterator[tuple[str, NDArray[np.float64], Profiles]]:
        """Yield (pattern, ts, profiles) of the paths from the cue-trained network to its clean twin, for every seed."""
        for pattern, seeds in self.paths.items():
            for seed in seeds:
                arrays = read_arrays(layout.mechanism(pattern, seed) / layout.PROBED)
                profiles = {p: (arrays[f"test_{p}_loss"], arrays[f"test_{p}_accuracy"]) for p in PROBES}
                yield pattern, arrays["ts"], profiles


def _networks(params: Params, tuned: Found) -> Networks:
    """Return accuracy and loss on test images of every network of the study, by name."""
    scores: dict[str, list[dict[str, Any]]] = {}
    for kind, name in TRAINED_ON.items() if params.cue_endpoint.seeds else ():
        files = [layout.history(layout.cue_endpoint(kind, seed)) for seed in params.cue_endpoint.seeds]
        scores[name] = [read_json(file)["scores"]["test"] for file in files]
    for method, seeds in tuned.items():
        if params.finetune.model is not None:
            scores["pretrained"] = [history["scores"]["pretrained"] for history in seeds.values()]
        scores[method] = [history["scores"]["tuned"] for history in seeds.values()]

    def of(quantity: str) -> dict[str, dict[str, list[float]]]:
        return {
            name: {probe: [each[probe][quantity] for each in seeds] for probe in PROBES}
            for name, seeds in scores.items()
        }

    return Networks(of("accuracy"), of("loss"))
