"""Describes a tensor's axis as data: consecutive blocks, each fixed or permuted by a group."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor


class Block(NamedTuple):
    """Describes `units` x `positions` entries of an axis; unit u owns `positions` of them from u * positions on.

    `group` names the permutation that moves the units as wholes; None marks entries that never move.
    """

    group: str | None
    units: int
    positions: int = 1

    @property
    def size(self) -> int:
        return self.units * self.positions


# A concatenation has a block for each piece, a flattened image one block of channels x pixels.
Axis = tuple[Block, ...]


def fixed(size: int) -> Axis:
    """Return an axis of `size` entries that never move."""
    return (Block(None, size),) if size else ()


def size_of(axis: Axis) -> int:
    return sum(block.size for block in axis)


def simplified(blocks: Iterable[Block]) -> Axis:
    """Return the same axis with neighbouring fixed blocks joined."""
    joined: list[Block] = []
    for block in blocks:
        if block.group is None:
            before = joined.pop().size if joined and joined[-1].group is None else 0
            block = Block(None, before + block.size)
        if block.size:
            joined.append(block)
    return tuple(joined)


def scaled(axis: Axis, positions: int) -> Axis:
    """Return the axis in which every entry has become `positions` consecutive entries."""
    return simplified(Block(group, units, each * positions) for group, units, each in axis)


def offsets(axis: Axis) -> list[tuple[int, Block]]:
    """Return each block of a group with the place where it starts."""
    placed, start = [], 0
    for block in axis:
        if block.group is not None:
            placed.append((start, block))
        start += block.size
    return placed


def positions_of(start: int, block: Block, units: Tensor) -> Tensor:
    """Return the axis entries of `units` (long, any number) of a block starting at `start`, unit by unit."""
    return (start + units[:, None] * block.positions + torch.arange(block.positions)).flatten()


def index_of(axis: Axis, perms: Mapping[str, Tensor]) -> Tensor:
    """Return index, new[k] = old[index[k]] along the axis, where new unit u of a group is old unit perms[group][u]."""
    index = torch.arange(size_of(axis))
    for start, block in offsets(axis):
        assert block.group is not None
        if block.group in perms:
            index[start : start + block.size] = positions_of(start, block, perms[block.group])
    return index
