"""Where the bends of a path start."""

from collections.abc import Mapping

from torch import Tensor

from mode_connectivity.paths.linear import Linear
from mode_connectivity.paths.path import State


def linear_bends(start: Mapping[str, Tensor], end: Mapping[str, Tensor], bends: int = 1) -> list[State]:
    """`bends` control points spaced evenly on the straight line: a path through them is that line."""
    chord = Linear(start, end)
    return [chord.at(k / (bends + 1)) for k in range(1, bends + 1)]
