"""Computes the permutation by which a variant makes the other end, and figures of the units that it moves."""

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from mode_connectivity.data.sets import ScoringBatches
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.measures import score
from mode_connectivity.models import depth_layers
from mode_connectivity.params.variants import CONTROL, MIRROR, NULL, RANDOM
from mode_connectivity.studies.neuron_swap.swap_metadata import named_layer
from mode_connectivity.studies.shared.study import Study
from mode_connectivity.studies.shared.symmetry import symmetry_of
from mode_connectivity.symmetry import Symmetry
from mode_connectivity.symmetry.selection import ablated, important_pairs, null_pair, random_pairs
from mode_connectivity.symmetry.units import Units, observe_units, pair_distance

ALL_UNITS = (MIRROR, RANDOM)
OBSERVED = 2048  # training images on which units are watched and ablated


@dataclass(frozen=True)
class Move:
    """Holds a permutation (None: none), the layer whose units it swaps if it is one layer's, and a record per pair."""

    permutation: dict[str, Tensor] | None = None
    layer: str | None = None
    pairs: list[dict[str, Any]] = field(default_factory=list)


def move(study: Study, variant: str, state: dict[str, Tensor]) -> Move:
    """Return the move that `variant` makes from the endpoint `state`.

    Raises:
        ValueError: no such layer, too few units, or pairs that overlap; the message names the key.
    """
    if variant == CONTROL:
        return Move()
    symmetry = symmetry_of(study)
    if variant in ALL_UNITS:
        return Move(known_permutation(study, symmetry, variant, None, []))
    try:
        layer = named_layer(symmetry, layer_of(study, variant))
    except ValueError as error:
        raise ValueError(f"swap.layers: {str(error).removeprefix('swap.layers: ')}") from error
    sample = study.sample(OBSERVED)
    batches = (images for images, _ in ScoringBatches(sample, study.scaling))
    units = observe_units(symmetry, layer, study.model(), state, batches)
    try:
        pairs = _pairs(study, variant, symmetry, layer, units, state)
        permutation = symmetry.swap(layer, pairs)
    except ValueError as error:
        section = study.params.swap
        key = (
            f"swap.amounts: {variant}"
            if variant in section.amounts
            else f"swap.{'pairs' if section.pairs else 'share'}"
        )
        raise ValueError(f"{key}: {layer}: {error}") from error
    return Move(permutation, layer, [_pair_record(study, symmetry, layer, units, state, pair) for pair in pairs])


def known_permutation(
    study: Study, symmetry: Symmetry, variant: str, layer: str | None, pairs: list[tuple[int, int]]
) -> dict[str, Tensor] | None:
    """Return the permutation that made a variant whose layer and pairs are known; None where none did."""
    if variant == MIRROR:
        return symmetry.reverse()
    if variant == RANDOM:
        return symmetry.random(named_generator(study.params.swap.seed, "random permutation"))
    return symmetry.swap(layer, pairs) if layer else None


def layer_of(study: Study, variant: str) -> str:
    """Return the layer that a variant swaps; `swap.layers` may name another variant's, as in {mid_pair: mid}."""
    section, model = study.params.swap, study.params.model
    layers = {**depth_layers(model.name, batch_norm=model.batch_norm), **section.layers}
    name = layers.get(variant, "mid") if variant == NULL else variant
    if name in layers:
        return layers.get(layers[name], layers[name])
    if variant == NULL:
        return name
    raise ValueError(f"swap.layers: which layer is {variant}? {model.name} has no layers of that depth by default")


def _pairs(
    study: Study, variant: str, symmetry: Symmetry, layer: str, units: Units, state: dict[str, Tensor]
) -> list[tuple[int, int]]:
    section = study.params.swap
    if variant == NULL:
        return [null_pair(symmetry, layer, units, state)]
    if section.given is not None:
        return list(section.given)
    of_share = max(1, round(section.share * len(units.norm) / 2))
    amount = section.amounts.get(variant, section.pairs or of_share)
    if section.draw == "random":
        return random_pairs(units.live, amount, named_generator(section.seed, "swapped pairs"))
    return important_pairs(units.live, _increase(study, symmetry, layer, units.live.tolist(), state), amount)


def _pair_record(
    study: Study, symmetry: Symmetry, layer: str, units: Units, state: dict[str, Tensor], pair: tuple[int, int]
) -> dict[str, Any]:
    index = torch.tensor(pair)
    return {
        "pair": list(pair),
        "activity": units.activity[index].tolist(),
        "active_share": units.active_share[index].tolist(),
        "norm": units.norm[index].tolist(),
        "ablation_loss_increase": _increase(study, symmetry, layer, list(pair), state),
        "distance": pair_distance(symmetry, layer, state, pair),
    }


def _increase(study: Study, symmetry: Symmetry, layer: str, units: list[int], state: dict[str, Tensor]) -> list[float]:
    """Return the rise of the loss (nats) on the sample when each unit alone is ablated; near 0 where it is unused."""
    model, batches = study.model(), ScoringBatches(study.sample(OBSERVED), study.scaling)

    def loss(candidate: dict[str, Tensor]) -> float:
        return score(model, candidate, batches, study.precision).loss

    whole = loss(state)
    bar = tqdm(units, desc=f"ablate {layer}", unit="unit", disable=None)
    return [loss(ablated(symmetry, layer, unit, state)) - whole for unit in bar]
