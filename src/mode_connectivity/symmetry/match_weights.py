"""Matches units by weights (Ainsworth, Hayase & Srinivasa 2023, section 3.2 and algorithm 1), from several starts."""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from mode_connectivity.symmetry.assignment import assign
from mode_connectivity.symmetry.descent import Descent
from mode_connectivity.symmetry.invariants import invariant_similarity
from mode_connectivity.symmetry.symmetry import Permutations, Symmetry


def match_weights(
    symmetry: Symmetry,
    reference: Mapping[str, Tensor],
    other: Mapping[str, Tensor],
    generator: torch.Generator | None = None,
    *,
    restarts: int = 2,
) -> Permutations:
    """Return permutations P with a large agreement sum_k <reference_k, (P other)_k>: small ||reference - P other||.

    The sum runs over the parameters that move, those of normalisations included and their running statistics left
    out. Given all others, the best permutation of one group is a linear assignment; the groups are visited in random
    order until none improves. As that finds local optima only, the descent starts from an assignment of features that
    no permutation changes, from the identity and from `restarts` random permutations, and the best end counts. Other
    starts are left out where they can bring nothing: where the first one ends in the reference itself, or no two
    groups share a tensor, so that the assignments are the best of all permutations. The generator (of seed 0 by
    default) draws the orders and the restarts.

    Raises:
        ValueError: a state that does not fit the symmetry.
    """
    generator = generator or torch.Generator().manual_seed(0)
    axes = {name: each for name, each in symmetry.axes.items() if name not in symmetry.buffers}
    descent = Descent.between(axes, reference, other)
    best, highest = symmetry.identity(), -float("inf")
    for start in _starts(symmetry, descent, generator, restarts):
        perms, moved = descent.run(start, generator)
        agreement = descent.agreement(moved)
        if agreement > highest:
            best, highest = perms, agreement
        if descent.is_exact or all(torch.equal(descent.reference[name], tensor) for name, tensor in moved.items()):
            break
    return best


def _starts(symmetry: Symmetry, descent: Descent, generator: torch.Generator, count: int) -> Iterator[Permutations]:
    invariant = {
        group: assign(invariant_similarity(descent.axes, group, descent.reference, descent.other))
        for group in descent.tensors
        if all(block.group != group for block in descent.nested)
    }
    yield {**symmetry.identity(), **invariant}
    yield symmetry.identity()
    for _ in range(count):
        yield symmetry.random(generator)
