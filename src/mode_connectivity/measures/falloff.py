"""Computes how a movement falls off with the distance from the swapped layer, and which pair of units it favours."""

from collections.abc import Sequence

import numpy as np

from mode_connectivity.measures.gram import Floats


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


def pair_rank(energies: Floats, pairs: Sequence[tuple[int, int]]) -> float:
    """Return the share of all pairs of the layer's units with at least the energy of the swapped pair, in (0, 1].

    The energy of a pair is the sum of its units' `energies` (units,). Small where the swapped pair stands out, about
    1/2 on average where it is like any other; 1 where all are equal. The mean over `pairs` where several were swapped.
    """
    order = np.sort(energies)
    count = len(order) * (len(order) - 1) / 2
    shares = []
    for first, second in pairs:
        threshold = energies[first] + energies[second]
        # Ordered pairs (u, v) with e_u + e_v >= threshold, the pairs of a unit with itself taken off.
        above = len(order) - np.searchsorted(order, threshold - order - _slack(threshold), side="left")
        itself = np.count_nonzero(2 * order >= threshold - _slack(threshold))
        shares.append((int(above.sum()) - itself) / 2 / count)
    return float(np.mean(shares))


def _slack(threshold: float) -> float:
    """Return the tolerance by which sums that differ by rounding alone count as equal."""
    return 1e-12 * abs(threshold)
