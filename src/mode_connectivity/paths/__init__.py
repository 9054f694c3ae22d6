"""Paths through weight space, which are data; how a path of low loss is found stands in `paths.fitting`."""

from mode_connectivity.paths.bezier import Bezier
from mode_connectivity.paths.initialise import linear_bends
from mode_connectivity.paths.linear import Linear
from mode_connectivity.paths.path import Path, State, parameter_names
from mode_connectivity.paths.polygon import Polygon

__all__ = ["Bezier", "Linear", "Path", "Polygon", "State", "linear_bends", "parameter_names"]
