"""Selects which units are swapped."""

from collections.abc import Mapping, Sequence

import torch
from torch import Generator, Tensor

from mode_connectivity.symmetry.symmetry import Symmetry
from mode_connectivity.symmetry.units import Units, own_rows


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
