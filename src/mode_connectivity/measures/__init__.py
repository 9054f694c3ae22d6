"""Measures a path: loss and accuracy along it, its barrier, and where in the weights it moves."""

from mode_connectivity.measures.barrier import Gap, barrier, gap_of
from mode_connectivity.measures.displacement import bend_displacement, displacement, end_difference, end_distance
from mode_connectivity.measures.distances import (
    METRICS,
    LayerDistances,
    distance_arrays,
    layer_distances,
    layer_sizes,
    layer_summary,
    start_norms,
)
from mode_connectivity.measures.energy import layer_counts, layer_products, participation_ratio, unit_products
from mode_connectivity.measures.falloff import decay_rate, layer_offsets, pair_rank
from mode_connectivity.measures.gram import layer_names
from mode_connectivity.measures.grid import sweep_grid
from mode_connectivity.measures.involution import antisymmetric_field, control_corrected, is_involution, parts
from mode_connectivity.measures.layer_moments import output_moments
from mode_connectivity.measures.linearity import Linearity, feature_linearity
from mode_connectivity.measures.metrics import Score, defined, score
from mode_connectivity.measures.orbit import OrbitDistances, nearest_in_group, orbit_distances
from mode_connectivity.measures.plane import Plane
from mode_connectivity.measures.profile import Profile, path_summary
from mode_connectivity.measures.recalibration import recalibrate
from mode_connectivity.measures.repair import repair
from mode_connectivity.measures.repairable import NotRepairable
from mode_connectivity.measures.rescaling import rescaling_share, rescalings
from mode_connectivity.measures.sweep import sweep
from mode_connectivity.models import has_statistics

__all__ = [
    "METRICS",
    "Gap",
    "LayerDistances",
    "Linearity",
    "NotRepairable",
    "OrbitDistances",
    "Plane",
    "Profile",
    "Score",
    "antisymmetric_field",
    "barrier",
    "bend_displacement",
    "control_corrected",
    "decay_rate",
    "defined",
    "displacement",
    "distance_arrays",
    "end_difference",
    "end_distance",
    "feature_linearity",
    "gap_of",
    "has_statistics",
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
    "output_moments",
    "pair_rank",
    "participation_ratio",
    "parts",
    "path_summary",
    "recalibrate",
    "repair",
    "rescaling_share",
    "rescalings",
    "score",
    "start_norms",
    "sweep",
    "sweep_grid",
    "unit_products",
]
