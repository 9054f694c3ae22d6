"""Rounds figures for records: the last digits of a sum depend on the processor and say nothing."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIGITS = 10


def rounded(value: Any) -> Any:
    """Return `value`, JSON or arrays in dicts and lists, with every real number rounded to ten significant digits.

    A number is written in decimal and read again, which is exact on every machine; a logarithm or a power is not. Two
    numbers that differ by 1e-16 relative are then written alike but for about one pair in a million, which lies on
    both sides of a place where rounding turns.
    """
    if isinstance(value, Mapping):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    if isinstance(value, np.ndarray):
        return _rounded_array(value)
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _rounded_array(values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype.kind != "f":
        return values
    numbers = [float(f"{each:.{DIGITS}g}") for each in values.flatten().tolist()]
    return np.array(numbers, dtype=values.dtype).reshape(values.shape)
