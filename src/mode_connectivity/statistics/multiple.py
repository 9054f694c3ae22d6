"""Corrects p-values for several tests at once."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def holm(p_values: Floats) -> Floats:
    """Return adjusted p-values, (m,): rejecting those at most alpha bounds the chance of any false rejection by alpha.

    The k-th smallest of m is multiplied by m - k + 1, and none may lie below a smaller one's (Holm 1979).
    """
    order = np.argsort(p_values, kind="stable")
    steps = np.maximum.accumulate(p_values[order] * (len(p_values) - np.arange(len(p_values))))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(1.0, steps)
    return adjusted
