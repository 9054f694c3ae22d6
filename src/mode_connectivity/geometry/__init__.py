"""Measures where a path leads in weight space, and where in the weights it moves."""

from mode_connectivity.geometry.antisymmetric import antisymmetric_field
from mode_connectivity.geometry.decay import decay_rate, layer_offsets
from mode_connectivity.geometry.displacement import bend_displacement, displacement, end_difference, end_distance
from mode_connectivity.geometry.distances import METRICS, LayerDistances, layer_distances, layer_sizes, start_norms
from mode_connectivity.geometry.energy import layer_counts, layer_products, participation_ratio, unit_products
from mode_connectivity.geometry.gram import layer_names
from mode_connectivity.geometry.involution import control_corrected, is_involution, parts
from mode_connectivity.geometry.orbit import OrbitDistances, nearest_in_group, orbit_distances
from mode_connectivity.geometry.pair_rank import pair_rank
from mode_connectivity.geometry.plane import Plane
from mode_connectivity.geometry.rescaling import rescaling_share, rescalings
from mode_connectivity.geometry.summary import distance_arrays, layer_summary

__all__ = [
    "METRICS",
    "LayerDistances",
    "OrbitDistances",
    "Plane",
    "antisymmetric_field",
    "bend_displacement",
    "control_corrected",
    "decay_rate",
    "displacement",
    "distance_arrays",
    "end_difference",
    "end_distance",
    "is_involution",
    "layer_counts",
    "layer_distances",
    "layer_names",
    "layer_offsets",
    "layer_products",
    "layer_sizes",
    "layer_summary",
    "nearest_in_group",
    "orbit_distances",
    "pair_rank",
    "participation_ratio",
    "parts",
    "rescaling_share",
    "rescalings",
    "start_norms",
    "unit_products",
]
