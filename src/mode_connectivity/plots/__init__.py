"""Figures from records; they never see a model."""

from mode_connectivity.plots.animation import animate

__all__ = ["animate"]
