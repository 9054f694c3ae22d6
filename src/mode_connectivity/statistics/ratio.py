"""Estimates a share over several seeds."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Ratio(NamedTuple):
    """Holds a ratio and its standard error `error`; None where one value cannot show it."""

    value: float
    error: float | None


def ratio_of_sums(numerators: Floats, denominators: Floats) -> Ratio | None:
    """Return sum(numerators) / sum(denominators), (n,) each; None where the denominators sum to no more than zero.

    A mean of ratios would be biased, and ruled by the seeds with the smallest denominators. The error is that of the
    linearised ratio: the deviation of numerator - ratio * denominator between seeds, over sqrt(n) times the mean
    denominator (Cochran 1977, section 6.4).
    """
    total, n = float(denominators.sum()), len(denominators)
    if total <= 0:
        return None
    value = float(numerators.sum()) / total
    if n < 2:
        return Ratio(value, None)
    residuals = numerators - value * denominators
    return Ratio(value, float(residuals.std(ddof=1) / np.sqrt(n) / (total / n)))
