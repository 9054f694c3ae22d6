"""Defines paths through weight space as data; `paths.fitting` trains a path to low loss."""

from mode_connectivity.paths.fit_with_loader import fit
from mode_connectivity.paths.kinds import (
    Bezier,
    Linear,
    Polygon,
    biased_bends,
    linear_bends,
    perturbed_bends,
    sphere_bends,
)
from mode_connectivity.paths.path import Path, State, parameter_names
from mode_connectivity.paths.restrict import Mask, Restricted

__all__ = [
    "Bezier",
    "Linear",
    "Mask",
    "Path",
    "Polygon",
    "Restricted",
    "State",
    "biased_bends",
    "fit",
    "linear_bends",
    "parameter_names",
    "perturbed_bends",
    "sphere_bends",
]
