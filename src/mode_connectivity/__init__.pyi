from mode_connectivity.measures import barrier, layer_distances, sweep
from mode_connectivity.models import adopt, build
from mode_connectivity.paths import Bezier, Linear, Polygon, fit
from mode_connectivity.plots import animate
from mode_connectivity.statistics import ratio_interval
from mode_connectivity.symmetry import Symmetry, UnsupportedModule, match_activations, match_weights

__all__ = [
    "Bezier",
    "Linear",
    "Polygon",
    "Symmetry",
    "UnsupportedModule",
    "adopt",
    "animate",
    "barrier",
    "build",
    "fit",
    "layer_distances",
    "match_activations",
    "match_weights",
    "ratio_interval",
    "sweep",
]
