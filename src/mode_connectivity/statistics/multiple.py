"""Several tests at once."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def holm(p_values: Floats) -> Floats:
    """Adjusted p-values, (m,): rejecting those at most alpha has at most alpha for its chance of any false rejection.

    The k-th smallest of m is multiplied by m - k + 1, and none may lie below a smaller one's (Holm 1979).
    """
    order = np.argsort(p_values, kind="stable")
    steps = np.maximum.accumulate(p_values[order] * (len(p_values) - np.arange(len(p_values))))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(1.0, steps)
    return adjusted
