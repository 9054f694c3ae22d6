"""Scores networks on probe sets, at one point and along a path."""

from mode_connectivity.evaluation.barrier import barrier
from mode_connectivity.evaluation.gap import Gap, gap_of
from mode_connectivity.evaluation.grid import sweep_grid
from mode_connectivity.evaluation.layer_moments import output_moments
from mode_connectivity.evaluation.linearity import Linearity, feature_linearity
from mode_connectivity.evaluation.metrics import Score, defined, score
from mode_connectivity.evaluation.profile import Profile
from mode_connectivity.evaluation.recalibration import recalibrate
from mode_connectivity.evaluation.repair import repair
from mode_connectivity.evaluation.repairable import NotRepairable
from mode_connectivity.evaluation.summary import path_summary
from mode_connectivity.evaluation.sweep import sweep
from mode_connectivity.models import has_statistics

__all__ = [
    "Gap",
    "Linearity",
    "NotRepairable",
    "Profile",
    "Score",
    "barrier",
    "defined",
    "feature_linearity",
    "gap_of",
    "has_statistics",
    "output_moments",
    "path_summary",
    "recalibrate",
    "repair",
    "score",
    "sweep",
    "sweep_grid",
]
