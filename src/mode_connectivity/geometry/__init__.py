"""Where a path leads in weight space."""

from mode_connectivity.geometry.displacement import bend_displacement, end_distance
from mode_connectivity.geometry.distances import METRICS, LayerDistances, layer_distances, layer_sizes, start_norms
from mode_connectivity.geometry.plane import Plane

__all__ = [
    "METRICS",
    "LayerDistances",
    "Plane",
    "bend_displacement",
    "end_distance",
    "layer_distances",
    "layer_sizes",
    "start_norms",
]
