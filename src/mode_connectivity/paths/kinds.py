"""Names the kinds of paths."""

from collections.abc import Callable, Sequence

from mode_connectivity.paths.bezier import Bezier
from mode_connectivity.paths.linear import Linear
from mode_connectivity.paths.path import Path, State
from mode_connectivity.paths.polygon import Polygon

# From all control points, ends included.
KINDS: dict[str, Callable[[Sequence[State]], Path]] = {
    "linear": lambda controls: Linear(*controls),
    "bezier": Bezier,
    "polygon": Polygon,
}


def kind_of(path: Path) -> str:
    """Return the name of a path's kind."""
    return type(path).__name__.lower()
