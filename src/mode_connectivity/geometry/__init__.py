"""Where a path leads in weight space."""

from mode_connectivity.geometry.displacement import bend_displacement, end_distance
from mode_connectivity.geometry.distances import METRICS, LayerDistances, layer_distances, layer_sizes, start_norms
from mode_connectivity.geometry.plane import Plane
from mode_connectivity.geometry.summary import distance_arrays, layer_summary

__all__ = [
    "METRICS",
    "LayerDistances",
    "Plane",
    "bend_displacement",
    "distance_arrays",
    "end_distance",
    "layer_distances",
    "layer_sizes",
    "layer_summary",
    "start_norms",
]
