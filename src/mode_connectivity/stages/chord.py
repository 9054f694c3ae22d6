"""The straight line from an endpoint to its other end, as far as the other end's own record needs it."""

from typing import Any

import numpy as np
from torch import Tensor

from mode_connectivity.evaluation import barrier, sweep
from mode_connectivity.geometry import end_distance
from mode_connectivity.paths import Linear
from mode_connectivity.stages.study import Study

POINTS = 13
IMAGES = 2048


def chord(study: Study, start: dict[str, Tensor], end: dict[str, Tensor]) -> dict[str, Any]:
    """Length of the chord and its barrier (nats) on a sample of the training images, at 13 points."""
    line = Linear(start, end)
    ts = np.linspace(0, 1, POINTS)
    images = study.sample(IMAGES)
    visited = ts[:1] if line.is_point else ts
    profile = sweep(
        study.model(),
        line.at,
        visited,
        {"train": images},
        study.scaling,
        study.precision,
        recalibration=study.sample(study.params.evaluation.recalibration),
        title="chord",
    )["train"].repeated(POINTS // len(visited))
    return {
        "distance_to_original": float(np.linalg.norm(end_distance(line))),
        "chord_barrier": barrier(ts, profile.loss),
        "chord_barrier_images": len(images),
        "chord_barrier_points": POINTS,
    }
