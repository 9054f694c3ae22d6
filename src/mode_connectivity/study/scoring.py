"""Scores a path on the images of a study."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mode_connectivity.datasets import Images
from mode_connectivity.evaluation import Profile, sweep
from mode_connectivity.study.study import Study

At = Callable[[float], Mapping[str, Tensor]]


def score_path(
    study: Study,
    at: At,
    ts: NDArray[np.float64],
    probe_sets: Mapping[str, Images],
    title: str,
    recalibration: Images | None = None,
) -> dict[str, Profile]:
    """Return the profile of each probe set along the path whose state dict at t is `at(t)`.

    Batch normalisation's statistics are recomputed at every point on `recalibration`, by default on
    `evaluation.recalibration` training images.
    """
    if recalibration is None:
        recalibration = study.sample(study.params.evaluation.recalibration)
    return sweep(
        study.model(),
        at,
        ts,
        probe_sets,
        study.scaling,
        study.precision,
        recalibration=recalibration,
        title=title,
    )
