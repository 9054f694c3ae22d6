"""Tests what few seeds can show: exact tests, intervals and equivalence, replicates, and the verdict."""

from mode_connectivity.statistics.ratio import Ratio, ratio_of_sums
from mode_connectivity.statistics.ratio_interval import median_ratio_interval, ratio_interval
from mode_connectivity.statistics.replicates import chance_energy, systematic_energy
from mode_connectivity.statistics.sign_flips import FEWEST, equivalence_p, sign_flip_interval, sign_flip_p

__all__ = [
    "FEWEST",
    "Ratio",
    "chance_energy",
    "equivalence_p",
    "median_ratio_interval",
    "ratio_interval",
    "ratio_of_sums",
    "sign_flip_interval",
    "sign_flip_p",
    "systematic_energy",
]
