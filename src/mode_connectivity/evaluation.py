"""Hands on measures under the path that other projects import."""

from mode_connectivity.measures import (
    Profile,
    Score,
    barrier,
    output_moments,
    recalibrate,
    repair,
    score,
    sweep,
    sweep_grid,
)

__all__ = ["Profile", "Score", "barrier", "output_moments", "recalibrate", "repair", "score", "sweep", "sweep_grid"]
