"""What few seeds can carry: exact tests, intervals and equivalence, replicates, and the verdict drawn from them."""

from mode_connectivity.statistics.multiple import holm
from mode_connectivity.statistics.ratio import Ratio, ratio_of_sums
from mode_connectivity.statistics.replicates import chance_energy, systematic_energy
from mode_connectivity.statistics.sign_flips import equivalence_p, sign_flip_interval, sign_flip_p

__all__ = [
    "Ratio",
    "chance_energy",
    "equivalence_p",
    "holm",
    "ratio_of_sums",
    "sign_flip_interval",
    "sign_flip_p",
    "systematic_energy",
]
