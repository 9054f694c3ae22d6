"""Computes which weights a restriction lets move around the units that a variant swaps."""

from dataclasses import dataclass

import torch
from torch import Tensor

from mode_connectivity.data.sets import ScoringBatches
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.paths import Mask, State
from mode_connectivity.paths.regions import region
from mode_connectivity.studies.neuron_swap.swap_metadata import Pairs, read_swap
from mode_connectivity.studies.neuron_swap.variants import OBSERVED
from mode_connectivity.studies.shared.study import Study
from mode_connectivity.studies.shared.symmetry import symmetry_of
from mode_connectivity.symmetry import Symmetry
from mode_connectivity.symmetry.units import observe_units


@dataclass(frozen=True)
class Region:
    """Holds `mask`: what may move; `slices`: the swapped units' own; `layer` and `pairs`: what the variant swaps."""

    name: str
    mask: Mask
    slices: Mask
    symmetry: Symmetry
    permutation: dict[str, Tensor]
    layer: str
    pairs: Pairs


def region_of(study: Study, start: State, variant: str, seed: int, name: str) -> Region:
    """Return the region called `name` around the units that `variant` swaps.

    Raises:
        ValueError: the variant swaps no units of one layer, or too few units or entries are left for a placebo.
    """
    swap = read_swap(variant, seed)
    layer, pairs = swap.layer, swap.pairs
    if layer is None:
        raise ValueError(f"restricted.variants: {variant} swaps no units of one layer")
    symmetry = symmetry_of(study)
    moves = study.moving(start)
    units = [unit for pair in pairs for unit in pair]
    others = (
        _others(study, symmetry, start, layer, units, seed) if name.startswith(("placebo_slices", "units_")) else []
    )
    draws = named_generator(seed, f"entries of {name}")
    try:
        mask = region(name, symmetry, moves, layer, units, others, draws)
    except ValueError as error:
        raise ValueError(f"restricted.kinds: {name} of {layer}: {error}") from error
    slices = region("slices", symmetry, moves, layer, units)
    return Region(name, mask, slices, symmetry, symmetry.swap(layer, pairs), layer, pairs)


def _others(study: Study, symmetry: Symmetry, state: State, layer: str, units: list[int], seed: int) -> list[int]:
    """Return the other live units of the layer in random order, of which a smaller placebo takes the first."""
    batches = (images for images, _ in ScoringBatches(study.sample(OBSERVED), study.scaling))
    live = observe_units(symmetry, layer, study.model(), state, batches).live
    others = live[~torch.isin(live, torch.tensor(units))]
    order: list[int] = others[torch.randperm(len(others), generator=named_generator(seed, "other units"))].tolist()
    return order
