"""Solves the linear assignment of units, and of units together with what is within them."""

from collections.abc import Sequence

import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from mode_connectivity.symmetry import permutations
from mode_connectivity.symmetry.axes import Axis, Block, fixed, index_of, joined, offsets
from mode_connectivity.symmetry.wreath import compose, nested, residents

TOLERANCE = 1e-6  # least relative gain, above the rounding of single precision
ROUNDS = 20  # of improvements of groups that depend on each other; they end long before

# An axis with the similarity of its entries: (entries of the reference, entries of the other).
Place = tuple[Axis, Tensor]


def assign(similarity: Tensor) -> Tensor:
    """Return the permutation p with the largest sum_u similarity[u, p[u]]; (n, n) to long (n,) on the CPU.

    Solved exactly by the algorithm of Jonker and Volgenant as in Crouse (2016). Entries that are not finite count as 0.
    """
    _, columns = linear_sum_assignment(similarity.double().nan_to_num(0.0, 0.0, 0.0).cpu().numpy(), maximize=True)
    return torch.from_numpy(columns).long()


def assign_within(places: Sequence[Place]) -> tuple[dict[str, Tensor], float]:
    """Return permutations of all groups of the axes with a large sum_k similarity[k, index[k]], and that sum.

    Each group is assigned in its turn, together with what travels with its units, until none improves: exact where
    no two groups share an entry.
    """
    axes = [axis for axis, _ in places]
    blocks = nested(axes)
    found = {block.group: permutations.identity(block.units) for axis in axes for _, block in offsets(axis)}
    perms = {str(group): perm for group, perm in found.items()}
    groups = residents(axes)
    apart = {group for group in groups if any(block.group == group for axis in axes for block in axis)}
    parents = {block.group for axis in axes for _, block in offsets(axis) if block.within}
    groups.sort(key=lambda group: (group in parents, group not in apart))
    for turn in range(ROUNDS):
        improved = False
        for group in groups:
            # At first, what stands within units that are not matched says nothing.
            told = [_flat(place) for place in places] if turn == 0 and group in apart - parents else places
            better, gain = assign_group(group, told)
            if gain > TOLERANCE * sum(float(each.diagonal().abs().sum()) for _, each in places):
                perms = compose(blocks, perms, better)
                places = [(axis, each[:, index_of(axis, better)]) for axis, each in places]
                improved = True
        if not improved or all(len(residents([axis])) < 2 for axis in axes):
            break
    return perms, sum(float(each.diagonal().sum()) for _, each in places)


def _flat(place: Place) -> Place:
    """Return a place in which blocks with units within do not move."""
    axis, similarity = place
    return joined(fixed(block.size) if block.within else (block,) for block in axis), similarity


def assign_group(group: str, places: Sequence[Place]) -> tuple[dict[str, Tensor], float]:
    """Return the best permutation of one group, with what travels with its units, and what the sum gains by it.

    Every pair of units is compared in the best arrangement within it.
    """
    own = [
        (block, each[start : start + block.size, start : start + block.size].double().cpu())
        for axis, each in places
        for start, block in offsets(axis)
        if block.group == group
    ]
    tables = [each.view(block.units, block.positions, block.units, block.positions) for block, each in own]
    score = sum((table.diagonal(dim1=1, dim2=3).sum(-1) for table in tables), torch.zeros(()))
    before = float(score.trace())
    if not any(_travels(block) for block, _ in own):
        perm = assign(score)
        return {group: perm}, float(score.gather(1, perm[:, None]).sum()) - before
    units = own[0][0].units
    best = {}
    for u in range(units):
        for v in range(units):
            pairs = [(_travelling(block, u), table[u, :, v, :]) for (block, _), table in zip(own, tables, strict=True)]
            best[u, v], score[u, v] = assign_within(pairs)
    perm = assign(score)
    perms = {group: perm}
    for u, v in enumerate(perm.tolist()):
        for block, _ in own:
            if block.within:
                for (_, new), (_, old) in zip(offsets(block.within[u]), offsets(block.within[v]), strict=True):
                    if str(new.group) in best[u, v]:
                        perms[str(old.group)] = best[u, v][str(new.group)]
    return perms, float(score.gather(1, perm[:, None]).sum()) - before


def _travels(block: Block) -> bool:
    return any(offsets(_travelling(block, 0)))


def _travelling(block: Block, unit: int) -> Axis:
    """Return the axis within a unit, without the groups that all units share."""
    if not block.within:
        return fixed(block.positions)
    shared = set.intersection(*({each.group for _, each in offsets(axis)} for axis in block.within))
    return _without(block.within[unit], shared)


def _without(axis: Axis, groups: set[str | None]) -> Axis:
    blocks: list[Axis] = []
    for block in axis:
        within = tuple(_without(inner, groups) for inner in block.within)
        if block.group in groups:
            blocks.append(joined(within) if within else fixed(block.size))
        else:
            blocks.append((block._replace(within=within),))
    return joined(blocks)
