"""Stochastic gradient descent: the loop and its schedules."""

from mode_connectivity.training.endpoint import train_endpoint
from mode_connectivity.training.loop import Diverged, Epoch, Recipe, descend

__all__ = ["Diverged", "Epoch", "Recipe", "descend", "train_endpoint"]
