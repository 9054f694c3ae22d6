"""Composes rearrangements of units that have units of their own, which travel with them (a wreath product)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import torch
from torch import Tensor

from mode_connectivity.symmetry import permutations
from mode_connectivity.symmetry.axes import Axis, Block, fixed, index_of, offsets, perms_of
from mode_connectivity.symmetry.slots import Slots

Place = tuple[tuple[str, int], ...]  # the units, from the outermost in, that a group stands in


def nested(axes: Iterable[Axis]) -> list[Block]:
    """Return the different blocks whose units have units of their own."""
    return list(dict.fromkeys(block for axis in axes for block in axis if block.within))


def compose(blocks: Iterable[Block], first: Mapping[str, Tensor], second: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return `first`, then `second` as one, for every group of `first`; `blocks` as `nested` returns them."""
    both = {
        group: permutations.compose(perm, second[group]) if group in second else perm for group, perm in first.items()
    }
    for block in blocks:
        both |= perms_of((block,), index_of((block,), first)[index_of((block,), second)])
    return both


def invert(blocks: Iterable[Block], perms: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return what undoes `perms`."""
    undone = {group: permutations.invert(perm) for group, perm in perms.items()}
    for block in blocks:
        undone |= perms_of((block,), torch.argsort(index_of((block,), perms)))
    return undone


def residents(axes: Iterable[Axis]) -> list[str]:
    """Return the groups that do not travel with units of another one, in the order in which they stand."""
    placed = (each for axis in axes for each in _blocks(axis, ()))
    return list(dict.fromkeys(str(block.group) for block, place in placed if not place))


def close(slots: Slots, axes: Iterable[Axis]) -> None:
    """Keep units apart whose rearrangements could not be done one after the other as one.

    They can where all units of a block are alike inside, each group within stands in all of them or in one only, and
    in no other place: then what is within a unit can travel with it.
    """
    axes = list(axes)
    while wrong := _open(list(map(slots.resolve, axes))):
        group, units = wrong
        slots.bound[group] = fixed(units)


def _open(axes: list[Axis]) -> tuple[str, int] | None:
    """Return a group, and its number of units, that has to be fixed; None where all is closed."""
    homes: dict[str, Place] = {}
    for axis in axes:
        for block, place in _blocks(axis, ()):
            assert block.group is not None
            inside = [[(at, each.group, each[1:3]) for at, each in offsets(inner)] for inner in block.within]
            for column in zip(*inside, strict=False):
                names = {name for _, name, _ in column}
                shapes = {(at, shape) for at, _, shape in column}
                if len(names) not in (1, len(column)) or len(shapes) > 1:
                    return block.group, block.units
            if len({len(each) for each in inside}) > 1:
                return block.group, block.units
            home = homes.setdefault(block.group, place)
            if home != place:
                group, _ = (*home, *place)[-1]
                return group, next(each.units for axis in axes for _, each in offsets(axis) if each.group == group)
    return None


def _blocks(axis: Axis, place: Place) -> Iterator[tuple[Block, Place]]:
    """Yield every block of a group with its place; a group that all units of a block share does not stand in one."""
    for block in axis:
        if block.group is None:
            continue
        yield block, place
        own = [{each.group for _, each in offsets(inner)} for inner in block.within]
        shared = set.intersection(*own) if own else set()
        for unit, inner in enumerate(block.within):
            for each, inside in _blocks(inner, (*place, (block.group, unit))):
                if each.group in shared:
                    inside = tuple(step for step in inside if step != (block.group, unit))
                yield each, inside
