"""Computes how much higher the loss runs on one path than on another at the same points."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Gap:
    """Holds three measures of the losses L(t) of a path beside those C(t) of its control, in nats.

    `gap`: max_t [L(t) - C(t)], paired in t; it may be negative. `mean_gap`: the mean of the same difference.
    `height`: max_t L(t) - the loss of the ends, which does not see the control.
    """

    gap: float
    mean_gap: float
    height: float


def gap_of(losses: ArrayLike, control: ArrayLike, end_loss: float) -> Gap:
    """Return the measures of losses at the same interior points of both paths, (T,) each.

    Raises:
        ValueError: no points, or not as many on both paths.
    """
    path, beside = np.asarray(losses, dtype=np.float64), np.asarray(control, dtype=np.float64)
    if path.ndim != 1 or path.shape != beside.shape or not len(path):
        raise ValueError(f"losses at the same points are needed, got {path.shape} and {beside.shape}")
    difference = path - beside
    return Gap(float(difference.max()), float(difference.mean()), float(path.max()) - end_loss)
