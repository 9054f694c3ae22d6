"""Finds where a group's units live in the state: their own rows, and the input channels of those that read them."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from mode_connectivity.symmetry.axes import Axis, offsets, positions_of, size_of


class Member(NamedTuple):
    """Names an axis of a tensor that a group permutes; a consumer reads the units, any other tensor is part of them."""

    tensor: str
    axis: int
    consumer: bool


def members_of(
    axes: Mapping[str, tuple[Axis, ...]], consumers: frozenset[tuple[str, int]], group: str
) -> tuple[Member, ...]:
    """Return every (tensor, axis) with the group, in the order of the state dict."""
    return tuple(
        Member(tensor, dim, (tensor, dim) in consumers)
        for tensor, each in axes.items()
        for dim, axis in enumerate(each)
        if any(block.group == group for _, block in offsets(axis))
    )


def slices_of(axes: Mapping[str, tuple[Axis, ...]], group: str, units: Tensor) -> dict[str, Tensor]:
    """Return tensor -> bool mask of the entries that belong to `units`, of a shape that broadcasts to the tensor's."""
    masks: dict[str, Tensor] = {}
    for tensor, each in axes.items():
        for dim, axis in enumerate(each):
            places = [positions_of(start, block, units) for start, block in offsets(axis) if block.group == group]
            if not places:
                continue
            mask = torch.zeros(size_of(axis), dtype=torch.bool)
            mask[torch.cat(places)] = True
            mask = mask.view([-1 if other == dim else 1 for other in range(len(each))])
            masks[tensor] = masks[tensor] | mask if tensor in masks else mask
    return masks


def moved_slices(axes: Mapping[str, tuple[Axis, ...]], permutation: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the slices of all units that a permutation moves, as `slices_of`: outside them it changes nothing."""
    masks: dict[str, Tensor] = {}
    for group, perm in permutation.items():
        units = torch.nonzero(perm != torch.arange(len(perm)))[:, 0]
        if len(units):
            for tensor, mask in slices_of(axes, group, units).items():
                masks[tensor] = masks[tensor] | mask if tensor in masks else mask
    return masks
