"""Trains by stochastic gradient descent: the loop, its schedules, and its state, from which it can resume."""

from mode_connectivity.training.endpoint import train_endpoint
from mode_connectivity.training.loop import Recipe, descend
from mode_connectivity.training.progress import Diverged, Epoch
from mode_connectivity.training.state import Keeper, Resumable, Snapshot

__all__ = [
    "Diverged",
    "Epoch",
    "Keeper",
    "Recipe",
    "Resumable",
    "Snapshot",
    "descend",
    "train_endpoint",
]
