"""Scores networks and paths on the images of a study."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mode_connectivity.data.sets import Images, ScoringBatches
from mode_connectivity.measures import Profile, Score, score, sweep
from mode_connectivity.studies.shared.study import Study

At = Callable[[float], Mapping[str, Tensor]]
RECALIBRATED = 512  # images a batch of those that recompute batch-norm statistics


def score_images(study: Study, state: Mapping[str, Tensor], images: Images) -> Score:
    """Return loss and accuracy of `state` on `images`, with its own batch-norm statistics."""
    return score(study.model(), state, ScoringBatches(images, study.scaling), study.precision)


def scored_batches(study: Study, sets: Mapping[str, Images]) -> dict[str, ScoringBatches]:
    """Return the batches in which each set of images is scored."""
    return {name: ScoringBatches(images, study.scaling) for name, images in sets.items()}


def recalibrating_batches(study: Study, images: Images | None = None) -> ScoringBatches:
    """Return the batches that recompute batch-norm statistics.

    They are of `images`, by default of `evaluation.recalibration` training images.
    """
    images = study.sample(study.params.evaluation.recalibration) if images is None else images
    return ScoringBatches(images, study.scaling, RECALIBRATED)


def score_path(
    study: Study,
    at: At,
    ts: NDArray[np.float64],
    probe_sets: Mapping[str, Images],
    title: str,
    recalibration: Images | None = None,
) -> dict[str, Profile]:
    """Return the profile of each probe set along the path whose state dict at t is `at(t)`.

    Batch-norm statistics are recomputed at every point, as in `recalibrating_batches`.
    """
    return sweep(
        study.model(),
        at,
        ts,
        scored_batches(study, probe_sets),
        precision=study.precision,
        recalibration=recalibrating_batches(study, recalibration),
        title=title,
    )
