"""Computes which weights a restriction lets move around the units that a variant swaps."""

from dataclasses import dataclass

import torch
from torch import Tensor

from mode_connectivity.datasets import ScoringBatches
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.neuron_swap.swap_metadata import Pairs, read_swap
from mode_connectivity.neuron_swap.variants import OBSERVED
from mode_connectivity.paths import Mask, State
from mode_connectivity.paths.regions import region
from mode_connectivity.study.study import Study
from mode_connectivity.study.symmetry import symmetry_of
from mode_connectivity.symmetry import Symmetry
from mode_connectivity.symmetry.selection import random_pairs
from mode_connectivity.symmetry.units import observe_units


@dataclass(frozen=True)
class Region:
    """Holds `mask`: what may move; `slices`: the swapped units' own; `placebo`: pairs of other units, or none."""

    mask: Mask
    slices: Mask
    symmetry: Symmetry
    permutation: dict[str, Tensor]
    layer: str
    pairs: Pairs
    placebo: Pairs


def region_of(study: Study, start: State, variant: str, seed: int, restrict: str) -> Region:
    """Return the region called `restrict` around the units that `variant` swaps.

    Raises:
        ValueError: the variant swaps no units of one layer, or too few live ones are left for a placebo.
    """
    swap = read_swap(variant, seed)
    layer, pairs = swap.layer, swap.pairs
    if layer is None:
        raise ValueError(f"restricted.variants: {variant} swaps no units of one layer")
    symmetry = symmetry_of(study)
    placebo = _placebo(study, symmetry, start, layer, pairs) if restrict == "placebo_slices" else []
    units = [unit for pair in pairs for unit in pair]
    others = [unit for pair in placebo for unit in pair]
    mask, slices = (region(name, symmetry, start, layer, units, others) for name in (restrict, "slices"))
    return Region(mask, slices, symmetry, symmetry.swap(layer, pairs), layer, pairs, placebo)


def _placebo(study: Study, symmetry: Symmetry, state: State, layer: str, pairs: Pairs) -> Pairs:
    """Return as many pairs of other live units of the layer."""
    batches = (images for images, _ in ScoringBatches(study.sample(OBSERVED), study.scaling))
    live = observe_units(symmetry, layer, study.model(), state, batches).live
    others = live[~torch.isin(live, torch.tensor(pairs))]
    try:
        return random_pairs(others, len(pairs), named_generator(study.params.swap.seed, "placebo pairs"))
    except ValueError as error:
        raise ValueError(f"restricted.kinds: placebo_slices of {layer}, swapped units left out: {error}") from error
