"""Derives the permutation symmetry of a module, and applies, matches and verifies it."""

from mode_connectivity.symmetry.match_activations import match_activations
from mode_connectivity.symmetry.match_weights import match_weights
from mode_connectivity.symmetry.symmetry import Symmetry
from mode_connectivity.symmetry.unsupported import UnsupportedModule

__all__ = ["Symmetry", "UnsupportedModule", "match_activations", "match_weights"]
