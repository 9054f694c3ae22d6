"""Names the kinds of paths."""

from collections.abc import Callable, Sequence
from functools import partial

from mode_connectivity.paths.bezier import Bezier
from mode_connectivity.paths.linear import Linear
from mode_connectivity.paths.path import Path, State
from mode_connectivity.paths.polygon import Polygon

# From all control points, ends included, which are taken as they are, not copied.
KINDS: dict[str, Callable[[Sequence[State]], Path]] = {
    "linear": lambda controls: Linear(*controls, copy=False),
    "bezier": partial(Bezier, copy=False),
    "polygon": partial(Polygon, copy=False),
}


def kind_of(path: Path) -> str:
    """Return the name of a path's kind."""
    return type(path).__name__.lower()
