"""A path from a cue-trained network to its clean twin, scored on every probe set."""

import json
import pathlib
from dataclasses import asdict
from typing import Any

import numpy as np
import torch

from mode_connectivity import checkpoints, layout
from mode_connectivity.atomic import whole_folder, write_json
from mode_connectivity.datasets import PROBE_SETS, Images, scoring_batches
from mode_connectivity.evaluation import Profile, path_summary, sweep
from mode_connectivity.params import Params
from mode_connectivity.paths import Bezier, Linear, Path, State, linear_bends
from mode_connectivity.paths.fitting import fit
from mode_connectivity.plots.probe_sets import ProbedPath, along_probe_sets
from mode_connectivity.plots.style import save_png
from mode_connectivity.randomness import named_generator, named_seed
from mode_connectivity.stages.cue_study import CueStudy, TrainedOn
from mode_connectivity.stages.keeping import keeping
from mode_connectivity.stages.running import flat, run, series_of
from mode_connectivity.stages.variants import symmetry_of
from mode_connectivity.symmetry import match_activations
from mode_connectivity.tracking import Record
from mode_connectivity.training import Recipe

FITTED_ON: dict[str, TrainedOn] = {"qmc_cue": "cue", "qmc_clean": "clean"}
NAMES = {
    "lmc": "straight line",
    "lmcp": "straight line, units matched",
    "qmc_cue": "quadratic, fitted on cue data",
    "qmc_clean": "quadratic, fitted on clean data",
}
DATA = {"cue": "the cue-trained network's training images", "clean": "those images without a cue"}
RECIPE = ("epochs", "batch_size", "learning_rate", "momentum", "weight_decay", "schedule", "clip_norm")


def main(params: Params, pattern: str, seed: int) -> None:
    study = CueStudy.open(params)
    ends = [layout.cue_endpoint("cue", seed), layout.cue_endpoint("clean", seed)]
    provenance = study.provenance("mechanism", made_from=ends, pattern=pattern, seed=seed)
    provenance["params"]["mechanism"].pop("patterns")  # which others there are is nothing to this one
    path, told = _path(study, pattern, seed, ends, provenance)
    ts = np.linspace(0, 1, params.mechanism.n_interpolations + 1)
    profiles = _profiles(study, path, ts, f"{pattern} seed {seed}")
    with whole_folder(layout.mechanism(pattern, seed)) as folder:
        arrays = {
            f"{name}_{quantity}": getattr(profile, quantity)
            for name, profile in profiles.items()
            for quantity in ("loss", "accuracy")
        }
        np.savez(folder / layout.PROBED, allow_pickle=False, ts=ts, **arrays)
        summary = {**provenance, **told, "probe_sets": path_summary(ts, profiles)}
        write_json(folder / layout.PROBED_SUMMARY, summary)
        _draw(folder, study, pattern, seed, ts, profiles)
    controls = {f"{k}.{name}": tensor for k, control in enumerate(path.controls) for name, tensor in control.items()}
    checkpoints.save(layout.mechanism_path(pattern, seed), controls, provenance)


def _path(
    study: CueStudy, pattern: str, seed: int, ends: list[pathlib.Path], provenance: dict[str, Any]
) -> tuple[Path, dict[str, Any]]:
    """The path and what else is worth telling of it."""
    start, end = (study.load(path) for path in ends)
    if pattern == "lmc":
        return Linear(start, end), {}
    if pattern == "lmcp":
        matched, moved = _matched(study, start, end)
        return Linear(start, matched), {"moved_units": moved}
    asked = study.params.mechanism
    torch.manual_seed(named_seed(seed, "mechanism dropout"))
    with keeping(study, f"{pattern}-seed{seed}", provenance, ends) as keeper:
        bends, history = fit(
            study.model(),
            Bezier([start, *linear_bends(start, end), end]),
            study.batches_of(study.training_images(FITTED_ON[pattern]), asked.batch_size, seed, "mechanism"),
            Recipe(**asked.model_dump(include=set(RECIPE))),
            study.precision,
            named_generator(seed, "mechanism t"),
            keeper=keeper,
            title=f"{pattern} seed {seed}",
        )
    return Bezier([start, *bends, end]), {"epochs": [asdict(epoch) for epoch in history]}


def _matched(study: CueStudy, start: State, end: State) -> tuple[State, dict[str, float]]:
    """`end` with its units in the order of those of `start` that respond most alike, and the share moved per group."""
    asked = study.params.mechanism
    symmetry = symmetry_of(study)
    images = study.sample(asked.matching, study.training_images(asked.recalibrate_on))
    batches = (pixels for pixels, _ in scoring_batches(images, study.scaling, 128))
    permutation = match_activations(symmetry, study.model(), start, end, batches)
    moved = {group: float((p != torch.arange(len(p))).double().mean()) for group, p in permutation.items()}
    return symmetry.apply(end, permutation), moved


def _profiles(study: CueStudy, path: Path, ts: np.ndarray, title: str) -> dict[str, Profile]:
    """Profiles by "<split>_<probe set>", and "train_training": the cue-trained network's own training images."""
    asked = study.params.mechanism
    trained = {**study.cues.train_sets, "training": study.cues.training}
    sets: dict[str, Images] = {f"train_{name}": study.sample(asked.train_images, s) for name, s in trained.items()}
    sets |= {f"test_{name}": images for name, images in study.cues.test_sets.items()}
    recalibration = study.sample(asked.recalibration, study.training_images(asked.recalibrate_on))
    return sweep(
        study.model(), path.at, ts, sets, study.scaling, study.precision, recalibration=recalibration, title=title
    )


def _draw(
    folder: pathlib.Path, study: CueStudy, pattern: str, seed: int, ts: np.ndarray, profiles: dict[str, Profile]
) -> None:
    def of(split: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        chosen = {name: profiles[f"{split}_{name}"] for name in PROBE_SETS}
        return {name: (profile.loss, profile.accuracy) for name, profile in chosen.items()}

    asked = study.params.mechanism
    lines = [ProbedPath("test images", ts, of("test")), ProbedPath("training images", ts, of("train"), dashed=True)]
    figure = along_probe_sets(
        lines,
        title=f"From the cue-trained network to its clean twin: {NAMES[pattern]} (seed {seed})",
        note=f"batch norm's statistics recomputed at every point on {asked.recalibration} of "
        f"{DATA[asked.recalibrate_on]}",
        ends=("cue", "clean"),
    )
    save_png(figure, folder / layout.PROBED_FIGURE)


def record(params: Params, pattern: str, seed: int) -> Record:
    folder = layout.mechanism(pattern, seed)
    summary = json.loads((folder / layout.PROBED_SUMMARY).read_text())
    with np.load(folder / layout.PROBED, allow_pickle=False) as arrays:
        series = {name: arrays[name].tolist() for name in arrays.files if name != "ts"}
    return Record(
        stage="mechanism",
        item={"pattern": pattern, "seed": seed},
        params=flat(summary["params"]) | {"data_sha256": summary["data_sha256"]},
        metrics={
            f"{probe}/{quantity}": value
            for probe, quantities in summary["probe_sets"].items()
            for quantity, value in quantities.items()
            if isinstance(value, float)
        },
        series=series | series_of(summary.get("epochs", [])),
        files=sorted(path for path in folder.iterdir() if not path.name.startswith(".")),
    )


if __name__ == "__main__":
    run(main, record, "pattern", "seed")
