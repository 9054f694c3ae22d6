"""Paths through weight space, and how a path of low loss is found."""

from mode_connectivity.paths.bezier import Bezier
from mode_connectivity.paths.fitting import fit
from mode_connectivity.paths.initialise import linear_bends
from mode_connectivity.paths.linear import Linear
from mode_connectivity.paths.path import Path, State, parameter_names
from mode_connectivity.paths.polygon import Polygon

__all__ = ["Bezier", "Linear", "Path", "Polygon", "State", "fit", "linear_bends", "parameter_names"]
