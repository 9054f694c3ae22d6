"""Makes the paths from a cue-trained network to its clean twin, and scores them on every probe set."""

from dataclasses import asdict
from pathlib import Path as File
from typing import Any

import numpy as np
import torch

from mode_connectivity.data.sets import Images, ScoringBatches
from mode_connectivity.foundations.randomness import named_generator, named_seed
from mode_connectivity.measures import Profile
from mode_connectivity.paths import Bezier, Linear, Path, State, linear_bends
from mode_connectivity.paths.fitting import fit_bends
from mode_connectivity.studies.mechanisms.cue_study import CueStudy, TrainedOn
from mode_connectivity.studies.shared.recipes import recipe_of
from mode_connectivity.studies.shared.scoring import score_path
from mode_connectivity.studies.shared.symmetry import symmetry_of
from mode_connectivity.symmetry import match_activations

FITTED_ON: dict[str, TrainedOn] = {"qmc_cue": "cue", "qmc_clean": "clean"}
MATCHED_ON = 1024  # training images whose activations are matched
MATCHED = ("lmcp",)  # patterns whose other end is the clean network with its units reordered


def path_between(
    study: CueStudy, pattern: str, seed: int, ends: list[File], provenance: dict[str, Any]
) -> tuple[Path, dict[str, Any]]:
    """Return the path of `pattern` from the cue-trained to the clean network (files `ends`), and how it was made."""
    start, end = (study.load(path) for path in ends)
    if pattern == "lmc":
        return Linear(start, end), {}
    if pattern == "lmcp":
        matched, moved = _matched(study, start, end)
        return Linear(start, matched), {"moved_units": moved}
    section = study.params.mechanism
    torch.manual_seed(named_seed(seed, "mechanism dropout"))
    with study.keeping(f"{pattern}-seed{seed}", provenance, ends) as keeper:
        bends, history = fit_bends(
            study.model(),
            Bezier([start, *linear_bends(start, end), end]),
            study.batches_of(study.training_images(FITTED_ON[pattern]), section.batch_size, seed, "mechanism"),
            recipe_of(section),
            study.precision,
            named_generator(seed, "mechanism t"),
            keeper=keeper,
            title=f"{pattern} seed {seed}",
        )
    return Bezier([start, *bends, end]), {"epochs": [asdict(epoch) for epoch in history]}


def _matched(study: CueStudy, start: State, end: State) -> tuple[State, dict[str, float]]:
    """Return `end`, its units ordered as those of `start` that respond most alike, and the share moved by group."""
    section = study.params.mechanism
    symmetry = symmetry_of(study)
    images = study.sample(MATCHED_ON, study.training_images(section.recalibrate_on))
    batches = (pixels for pixels, _ in ScoringBatches(images, study.scaling, 128))
    permutation = match_activations(symmetry, study.model(), start, end, batches)
    moved = {group: float((p != torch.arange(len(p))).double().mean()) for group, p in permutation.items()}
    return symmetry.apply(end, permutation), moved


TRAINING_IMAGES = 512  # of each probe set that are scored; test images are all scored
RECALIBRATION = 1024  # images that recompute batch-norm statistics at every point


def probe_profiles(study: CueStudy, path: Path, ts: np.ndarray, title: str) -> dict[str, Profile]:
    """Return profiles by "<split>_<probe set>", and "train_training": the cue-trained network's own training images."""
    section = study.params.mechanism
    trained = {**study.cues.train_sets, "training": study.cues.training}
    sets: dict[str, Images] = {f"train_{name}": study.sample(TRAINING_IMAGES, s) for name, s in trained.items()}
    sets |= {f"test_{name}": images for name, images in study.cues.test_sets.items()}
    recalibration = study.sample(RECALIBRATION, study.training_images(section.recalibrate_on))
    return score_path(study, path.at, ts, sets, title, recalibration)
