"""Draws figures from records; none of them sees a model."""

from mode_connectivity.plots.animation import animate

__all__ = ["animate"]
