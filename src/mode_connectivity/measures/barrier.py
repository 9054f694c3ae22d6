"""Computes how much higher the loss along a path rises than at its ends, or than on another path."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


def barrier(ts: ArrayLike, loss: ArrayLike) -> float:
    """Return max_t [L(t) - ((1 - t) L(0) + t L(1))], at least 0 (Entezari et al. 2021, definition 2.1).

    The unit is that of `loss`, of which there is one value at each of `ts`.

    Raises:
        ValueError: `ts` do not run from 0 to 1 in increasing order, or there are not as many losses.
    """
    points, losses = np.asarray(ts, dtype=np.float64), np.asarray(loss, dtype=np.float64)
    if points.ndim != 1 or points.shape != losses.shape:
        raise ValueError(f"a barrier needs one loss at every t, got {losses.shape} losses at {points.shape} points")
    if len(points) < 2 or points[0] != 0 or points[-1] != 1 or not (np.diff(points) > 0).all():
        raise ValueError("a barrier needs points from t = 0 to t = 1 in increasing order, the ends among them")
    line = losses[0] + points * (losses[-1] - losses[0])  # exact where the ends are equal
    return float(np.max(losses - line))


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
