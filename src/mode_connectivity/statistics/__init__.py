"""Tests what few seeds can show: exact tests, intervals, replicates, and the verdict."""

from mode_connectivity.statistics.ratio_interval import median_ratio_interval, ratio_interval
from mode_connectivity.statistics.replicates import chance_energy, systematic_energy
from mode_connectivity.statistics.sign_flips import FEWEST, sign_flip_interval, sign_flip_p

__all__ = [
    "FEWEST",
    "chance_energy",
    "median_ratio_interval",
    "ratio_interval",
    "sign_flip_interval",
    "sign_flip_p",
    "systematic_energy",
]
