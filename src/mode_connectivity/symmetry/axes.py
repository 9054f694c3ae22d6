"""Describes a tensor's axis as data: consecutive blocks, each fixed or permuted by a group.

Units may have units of their own: the heads of an attention layer change places as wholes, and what is in one head
changes places within it. Such a block moves by a wreath product: an entry j of unit u comes from
old(p[u], q[p[u]](j)), where p rearranges the units and q[v] the entries of the old unit v, which travel with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import torch
from torch import Tensor


class Block(NamedTuple):
    """Describes `units` x `positions` entries of an axis; unit u owns `positions` of them from u * positions on.

    `group` names the permutation that moves the units as wholes; None marks entries that never move. `within` has an
    axis of `positions` entries for each unit where some of them move inside it, and is empty otherwise.
    """

    group: str | None
    units: int
    positions: int = 1
    within: tuple[Axis, ...] = ()

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
    """Return the same axis with neighbouring fixed blocks joined, and without `within` where nothing moves there."""
    joined: list[Block] = []
    for block in blocks:
        if block.group is None:
            before = joined.pop().size if joined and joined[-1].group is None else 0
            block = Block(None, before + block.size)
        elif block.within and not any(inner.group for axis in block.within for inner in axis):
            block = block._replace(within=())
        if block.size:
            joined.append(block)
    return tuple(joined)


def joined(axes: Iterable[Axis]) -> Axis:
    """Return one axis after the other."""
    return simplified(chain.from_iterable(axes))


def scaled(axis: Axis, positions: int) -> Axis:
    """Return the axis in which every entry has become `positions` consecutive entries."""
    return simplified(
        Block(group, units, each * positions, tuple(scaled(inner, positions) for inner in within))
        for group, units, each, within in axis
    )


def filled(axis: Axis, entries: Sequence[Axis]) -> Axis:
    """Return the axis in which entry i has become the axis `entries[i]`; all of them have one size."""
    blocks: list[Block] = []
    start = 0
    for block in axis:
        parts = [
            entries[start + unit * block.positions : start + (unit + 1) * block.positions]
            for unit in range(block.units)
        ]
        start += block.size
        if block.group is None:
            blocks += joined(chain.from_iterable(parts))
            continue
        within = block.within or (fixed(block.positions),) * block.units
        inside = tuple(filled(inner, part) for inner, part in zip(within, parts, strict=True))
        blocks.append(Block(block.group, block.units, size_of(inside[0]), inside))
    return simplified(blocks)


def offsets(axis: Axis, start: int = 0) -> list[tuple[int, Block]]:
    """Return each block of a group with the place where it starts; those within the units follow theirs."""
    placed = []
    for block in axis:
        if block.group is not None:
            placed.append((start, block))
        for unit, inner in enumerate(block.within):
            placed += offsets(inner, start + unit * block.positions)
        start += block.size
    return placed


def positions_of(start: int, block: Block, units: Tensor) -> Tensor:
    """Return the axis entries of `units` (long, any number) of a block starting at `start`, unit by unit."""
    return (start + units[:, None] * block.positions + torch.arange(block.positions)).flatten()


def index_of(axis: Axis, perms: Mapping[str, Tensor]) -> Tensor:
    """Return index, new[k] = old[index[k]] along the axis.

    New unit u of a group is old unit perms[group][u], its entries rearranged as those of the old unit are.
    """
    index = torch.arange(size_of(axis))
    start = 0
    for block in axis:
        units = perms.get(block.group or "")
        if block.within:
            order = range(block.units) if units is None else units.tolist()
            places = [start + u * block.positions + index_of(block.within[u], perms) for u in order]
            index[start : start + block.size] = torch.cat(places)
        elif units is not None:
            index[start : start + block.size] = positions_of(start, block, units)
        start += block.size
    return index


def perms_of(axis: Axis, index: Tensor) -> dict[str, Tensor]:
    """Return the permutations with `index_of(axis, perms)` = `index`."""
    found: dict[str, Tensor] = {}
    start = 0
    for block in axis:
        places = (index[start : start + block.size] - start).view(block.units, block.positions)
        start += block.size
        if block.group is None:
            continue
        # The least place of a unit's entries is in the unit, in whatever order they are.
        found[block.group] = units = places.amin(dim=1) // block.positions
        if block.within:
            for new, old in enumerate(units.tolist()):
                found |= perms_of(block.within[old], places[new] - old * block.positions)
    return found
