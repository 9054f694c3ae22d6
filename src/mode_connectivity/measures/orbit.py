"""Computes distances that do not count a rearrangement of units as a movement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mode_connectivity.measures.gram import Floats, layer_gram, layer_names
from mode_connectivity.paths.path import Path
from mode_connectivity.symmetry import Symmetry
from mode_connectivity.symmetry.assignment import assign
from mode_connectivity.symmetry.descent import Descent


@dataclass(frozen=True)
class OrbitDistances:
    """Holds distances of path.at(t) from the nearest of several copies of one network, all float64.

    `raw_l2`: (T, L) per layer from the copy that is nearest as a whole; `total`: (T,) over all layers; `nearest`: (T,)
    its number among the copies.
    """

    layers: tuple[str, ...]
    ts: Floats
    raw_l2: Floats
    total: Floats
    nearest: NDArray[np.int64]


def orbit_distances(path: Path, ts: Sequence[float] | Floats, copies: Sequence[Mapping[str, Tensor]]) -> OrbitDistances:
    """Return min over pi of |W_t - pi W_0|, the pi W_0 given as `copies`; one pass over the parameters for each.

    For a swap the copies are W_0 and P W_0: the distance is zero at both ends. As the weights sum to one,
    W_t - pi W_0 = sum_k B_k(t) (W_k - pi W_0).
    """
    weights = np.array([path.weights(float(t)) for t in ts], dtype=np.float64)
    squares = np.stack(
        [np.einsum("tj,ljk,tk->tl", weights, gram, weights) for gram in (layer_gram(path, copy) for copy in copies)]
    ).clip(min=0)
    nearest = squares.sum(2).argmin(0)
    chosen = squares[nearest, np.arange(len(weights))]
    return OrbitDistances(
        layer_names(path), np.asarray(ts, dtype=np.float64), np.sqrt(chosen), np.sqrt(chosen.sum(1)), nearest
    )


def nearest_in_group(
    symmetry: Symmetry, group: str, reference: Mapping[str, Tensor], other: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Return the rearrangement pi of a group's units that brings `other` nearest to `reference`, by assignment.

    Exact where no tensor has the group on two axes; where one has (the stream of a residual network), the assignment
    of the linear part, taken only if it does come nearer.

    Raises:
        ValueError: an unknown group, or a state that does not fit.
    """
    symmetry.members(group)
    axes = {name: each for name, each in symmetry.axes.items() if name not in symmetry.buffers}
    descent = Descent.between(axes, reference, other)
    better = assign(descent.similarity(group, descent.other))
    moved = symmetry.apply(other, {group: better})
    gained = descent.agreement({name: moved[name].to(descent.other[name]) for name in axes})
    if gained <= descent.agreement(descent.other):
        return symmetry.identity()
    return {**symmetry.identity(), group: better}
