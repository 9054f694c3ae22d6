"""Matches units that respond alike to the same inputs (Li et al. 2016; Ainsworth et al. 2023, 3.1)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from mode_connectivity.data.sets.loaders import TARGETS
from mode_connectivity.models import bare
from mode_connectivity.symmetry.apply import check
from mode_connectivity.symmetry.assignment import assign, assign_within
from mode_connectivity.symmetry.axes import Axis, offsets
from mode_connectivity.symmetry.observe import undisturbed
from mode_connectivity.symmetry.responses import Moments, Place, Responses, collect, respond
from mode_connectivity.symmetry.symmetry import Permutations, Symmetry

Pairs = defaultdict[Place, Moments]


def match_activations(
    symmetry: Symmetry,
    model: nn.Module,
    reference: Mapping[str, Tensor],
    other: Mapping[str, Tensor],
    batches: Iterable[Any],
) -> Permutations:
    """Return permutations P with, per group, the largest sum over units u of corr(u of reference, P[u] of other).

    Pearson correlations over inputs and positions in evaluation mode, from float64 moments gathered for all groups in
    one pass; where several layers are tied into a group their correlations are added. A batch is a tensor of inputs,
    a tuple or list that starts with the inputs, or a dict of keyword arguments, of which "labels" is left out. A unit
    that does not vary correlates with none, and a group that no layer's output shows stays as it is. Statistics of
    batch norms move along with their units, but those of a network between the two have to be recalibrated.

    Raises:
        ValueError: no batch, or a state that does not fit the symmetry.
    """
    model = bare(model)
    for state in (reference, other):
        check(state, symmetry.axes)
    pairs: Pairs = defaultdict(Moments)
    layout = torch.channels_last
    for batch in batches:
        inputs = batch[0] if isinstance(batch, tuple | list) else batch
        if isinstance(batch, Mapping):
            inputs = {name: value for name, value in batch.items() if name != TARGETS}
        with undisturbed(model):
            try:
                seen = collect(model, symmetry.sites, reference, _laid_out(inputs, layout))
            except RuntimeError:  # a forward pass that takes a view of contiguous pixels
                layout = torch.contiguous_format
                seen = collect(model, symmetry.sites, reference, _laid_out(inputs, layout))
            respond(model, symmetry.sites, other, _laid_out(inputs, layout), partial(_compare, pairs, seen))
    if symmetry.sites and not pairs:
        raise ValueError("activation matching needs at least one batch")
    return {**symmetry.identity(), **_assigned(symmetry, pairs)}


def _assigned(symmetry: Symmetry, pairs: Pairs) -> Permutations:
    """Return the best permutation of each group; heads are compared in the best arrangement within them."""
    inside = {block.group for outer in symmetry.nested for _, block in offsets((outer,))}
    similarity: dict[str, Tensor] = {}
    places: list[tuple[Axis, Tensor]] = []
    for (_, _, block), moments in pairs.items():
        if block.group in inside:
            axis = (block if block.within else block._replace(positions=1),)
            places.append((axis, moments.correlation()))
        else:
            group = str(block.group)
            similarity[group] = similarity.get(group, 0) + moments.correlation()
    within, _ = assign_within(places)
    return {**within, **{group: assign(total) for group, total in similarity.items()}}


def _compare(pairs: Pairs, seen: Responses, place: Place, units: Tensor) -> None:
    pairs[place].add(seen[place].popleft(), units)


def _laid_out(inputs: Any, layout: torch.memory_format) -> Any:
    """Return images with their channels together, in which convolutions run fastest; other inputs as they are."""
    return inputs.contiguous(memory_format=layout) if isinstance(inputs, Tensor) and inputs.ndim == 4 else inputs
