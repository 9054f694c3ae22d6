"""Selects which units are swapped, and removes one unit from a network."""

from collections.abc import Mapping, Sequence

import torch
from torch import Generator, Tensor

from mode_connectivity.symmetry.axes import offsets, positions_of
from mode_connectivity.symmetry.symmetry import Symmetry
from mode_connectivity.symmetry.units import Units, own_rows


def ablated(symmetry: Symmetry, layer: str, unit: int, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return a copy of `state` in which nothing reads the unit: its input channels of every consumer are zero."""
    group = symmetry.group_of(layer)
    fresh = {name: tensor.clone() for name, tensor in state.items()}
    for name, dim, consumer in symmetry.members(group):
        if consumer:
            for start, block in offsets(symmetry.axes[name][dim]):
                if block.group == group:
                    places = positions_of(start, block, torch.tensor([unit])).to(fresh[name].device)
                    fresh[name].index_fill_(dim, places, 0.0)
    return fresh


def random_pairs(live: Tensor, pairs: int, generator: Generator) -> list[tuple[int, int]]:
    """Return `pairs` disjoint pairs of live units; fewer pairs of the same generator are the first of more.

    Raises:
        ValueError: too few live units.
    """
    return _paired(live[torch.randperm(len(live), generator=generator)].tolist(), pairs)


def important_pairs(live: Tensor, importance: Sequence[float], pairs: int) -> list[tuple[int, int]]:
    """Return the live units, most important first, paired as neighbours.

    `importance[k]` belongs to `live[k]`. Errors as `random_pairs`.
    """
    order = sorted(range(len(live)), key=lambda k: -importance[k])
    return _paired([int(live[k]) for k in order], pairs)


def null_pair(symmetry: Symmetry, layer: str, units: Units, state: Mapping[str, Tensor]) -> tuple[int, int]:
    """Return two units whose swap changes next to nothing: two never active, else the two with the nearest own rows."""
    dead = torch.nonzero(units.active_share == 0)[:, 0]
    candidates = dead if len(dead) >= 2 else torch.arange(len(units.norm))
    rows = torch.cat(own_rows(symmetry, layer, state), dim=1).cpu()[candidates]
    distances = torch.cdist(rows, rows).fill_diagonal_(float("inf"))
    first, second = divmod(int(distances.argmin()), len(candidates))
    return int(candidates[first]), int(candidates[second])


def _paired(order: list[int], pairs: int) -> list[tuple[int, int]]:
    if 2 * pairs > len(order):
        raise ValueError(f"{pairs} pair(s) need {2 * pairs} units, the layer has {len(order)} live ones")
    return [(order[2 * k], order[2 * k + 1]) for k in range(pairs)]
