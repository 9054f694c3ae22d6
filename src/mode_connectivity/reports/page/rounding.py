"""Shortens numbers for the page: four digits are more than a figure shows."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

DIGITS = 4


def short(value: float) -> float | None:
    """Return the number to four significant digits; None where it is not finite, which JSON does not have."""
    return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None


def shortened(values: Iterable[float] | NDArray[np.float64]) -> list[float | None]:
    """Return `short` of each."""
    return [short(float(value)) for value in values]
