"""Computes how much higher the loss along a path rises than at its ends."""

import numpy as np
from numpy.typing import NDArray


def barrier(ts: NDArray[np.float64], loss: NDArray[np.float64]) -> float:
    """Return max_t [L(t) - ((1 - t) L(0) + t L(1))], at least 0 (Entezari et al. 2021, definition 2.1).

    `ts` runs from 0 to 1; the unit is that of `loss`.
    """
    line = loss[0] + ts * (loss[-1] - loss[0])  # exact where the ends are equal
    return float(np.max(loss - line))
