"""Computes how a movement falls off with the distance from the swapped layer."""

from collections.abc import Sequence

import numpy as np

from mode_connectivity.geometry.gram import Floats


def layer_offsets(layers: Sequence[str], swapped: str) -> Floats:
    """Return (L,): places behind (positive) or before (negative) the swapped layer, in the order of the network."""
    return np.arange(len(layers), dtype=np.float64) - list(layers).index(swapped)


def decay_rate(offsets: Floats, amounts: Floats) -> float | None:
    """Return the least-squares slope of log(amount) over |offset|: -log(2) where it halves a layer, 0 where it stays.

    `amounts` are relative movements such as |D| / |W_0|. Layers that did not move are left out; None where fewer than
    two distances are left.
    """
    moved = amounts > 0
    distances = np.abs(offsets[moved])
    if len(np.unique(distances)) < 2:
        return None
    slope, _ = np.polyfit(distances, np.log(amounts[moved]), 1)
    return float(slope)
