"""Computes features of a unit's weights that no permutation changes, from which weight matching starts.

Descent from a random start is caught in poor optima, above all in residual networks. Sums over the units of other
groups do not depend on their order, so that by these a group's units can be compared before anything is matched.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from mode_connectivity.symmetry.axes import Axis, Block, offsets

POWERS = (1, 2, 3, 4)


def invariant_similarity(
    axes: Mapping[str, tuple[Axis, ...]], group: str, reference: Mapping[str, Tensor], other: Mapping[str, Tensor]
) -> Tensor:
    """Return <f_u, g_v> - |g_v|^2 / 2, (units, units), f, g standardised features of reference and other state.

    Up to a constant for each u it is minus half their squared distance, so that its assignment is the nearest one.
    """
    left, right = features(axes, group, reference), features(axes, group, other)
    scale, centre = torch.std_mean(left, dim=0, correction=0)
    telling = scale > 1e-9 * left.abs().amax(dim=0)
    left, right = (((each - centre) / scale)[:, telling] for each in (left, right))
    return left @ right.T - right.square().sum(dim=1) / 2


def features(axes: Mapping[str, tuple[Axis, ...]], group: str, state: Mapping[str, Tensor]) -> Tensor:
    """Return power sums sum_i W_ui^k over all other units i, k = 1..4, of every tensor with the group.

    Entries along axes that do not move stay apart; those of a unit that stands in several heads are added. Float64
    (units, features).
    """
    sums = []
    for name, each in axes.items():
        for dim, axis in enumerate(each):
            start = 0
            for outer in axis:
                places = [(at, block) for at, block in offsets((outer,), start) if block.group == group]
                if places:
                    sums += [
                        torch.stack([_sums(state[name], each, dim, at, block, power) for at, block in places]).sum(0)
                        for power in POWERS
                    ]
                start += outer.size
    return torch.cat(sums, dim=1)


def _sums(tensor: Tensor, axes: tuple[Axis, ...], dim: int, start: int, block: Block, power: int) -> Tensor:
    sums = tensor.narrow(dim, start, block.size).double().pow(power)
    for other, axis in enumerate(axes):
        if other != dim and offsets(axis):
            sums = _over_units(sums, other, axis)
    return sums.movedim(dim, 0).reshape(block.units, -1)


def _over_units(tensor: Tensor, dim: int, axis: Axis) -> Tensor:
    """Sum over the units of each block, and over those within them; positions and fixed entries remain."""
    pieces = []
    for piece, block in zip(torch.split(tensor, [block.size for block in axis], dim), axis, strict=True):
        if block.group is not None:
            piece = torch.unflatten(piece, dim, (block.units, block.positions)).sum(dim)
        pieces.append(_over_units(piece, dim, block.within[0]) if block.within else piece)
    return torch.cat(pieces, dim=dim)
