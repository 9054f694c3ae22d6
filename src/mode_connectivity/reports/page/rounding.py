"""Shortens numbers for the page: four digits are more than a figure shows."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

DIGITS = 4
OF_LOSSES = 7  # a barrier is a small difference of two


def short(value: float, digits: int = DIGITS) -> float | None:
    """Return the number to so many significant digits; None where it is not finite, which JSON does not have."""
    return float(f"{value:.{digits}g}") if np.isfinite(value) else None


def shortened(values: Iterable[float] | NDArray[np.float64], digits: int = DIGITS) -> list[float | None]:
    """Return `short` of each."""
    return [short(float(value), digits) for value in values]
