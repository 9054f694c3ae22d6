"""Measures the units of a layer: how active they are, how large, and which of them may be swapped."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from mode_connectivity.models import modes_kept
from mode_connectivity.symmetry.axes import Block, offsets
from mode_connectivity.symmetry.symmetry import Symmetry
from mode_connectivity.training.objective import output_of

LIVE_SHARE = 0.01


@dataclass(frozen=True)
class Units:
    """Holds one value per unit, (units,) float64 each.

    `activity`: mean over images and positions of the unit's value as its first consumer sees it, that is after
    normalisation, activation and pooling; `active_share`: share of images on which that value is not zero
    everywhere; `norm`: L2 norm of the unit's own row of the layer (weights and bias).
    """

    activity: Tensor
    active_share: Tensor
    norm: Tensor

    @property
    def live(self) -> Tensor:
        """Return the units that are active on at least 1 % of the images; swapping dead ones changes nothing."""
        return torch.nonzero(self.active_share >= LIVE_SHARE)[:, 0]


@torch.no_grad()
def observe_units(
    symmetry: Symmetry, layer: str, model: nn.Module, state: Mapping[str, Tensor], batches: Iterable[Tensor]
) -> Units:
    """Run `state` in eval mode over batches of images (N, ...) and watch the units of `layer`.

    Raises:
        ValueError: no such layer, or no linear or convolutional module reads its outputs.
    """
    consumer, start, block = _first_consumer(symmetry, layer, model)
    reader = model.get_submodule(consumer)
    totals = torch.zeros(block.units, dtype=torch.float64)
    active = torch.zeros(block.units, dtype=torch.float64)
    images = values = 0

    def watch(_module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        nonlocal images, values
        seen = inputs[0].movedim(-1, 1) if isinstance(reader, nn.Linear) else inputs[0]
        units = seen[:, start : start + block.size].reshape(len(seen), block.units, -1)
        totals.add_(units.double().sum((0, 2)).cpu())
        active.add_((units != 0).any(2).sum(0).cpu())
        images += len(seen)
        values += len(seen) * units.shape[2]

    with modes_kept(model):
        model.eval()
        hook = reader.register_forward_pre_hook(watch)
        try:
            for batch in batches:
                output_of(model, state, batch)
        finally:
            hook.remove()
    if not images:
        raise ValueError(
            f"{consumer} does not run as a module, so the units of {layer} that it reads cannot be watched"
        )
    squares = [rows.square().sum(1) for rows in own_rows(symmetry, layer, state)]
    return Units(totals / values, active / images, torch.stack(squares).sum(0).sqrt().cpu())


def own_rows(symmetry: Symmetry, layer: str, state: Mapping[str, Tensor]) -> list[Tensor]:
    """Return what the units own in the layer, weights and bias: (units, entries) float64 for each of its tensors.

    Of a layer that is a parameter itself, these are the tensors of the module that owns it.
    """
    group = symmetry.group_of(layer)
    owner = layer if layer in symmetry.layers and layer not in symmetry.axes else _module(layer)
    return [
        state[tensor].double().movedim(axis, 0)[start : start + block.size].reshape(block.units, -1)
        for tensor, axis, consumer in symmetry.members(group)
        if not consumer and _module(tensor) == owner and tensor not in symmetry.buffers
        for start, block in offsets(symmetry.axes[tensor][axis])
        if block.group == group
    ]


def pair_distance(symmetry: Symmetry, layer: str, state: Mapping[str, Tensor], pair: tuple[int, int]) -> float:
    """Return the L2 distance between the two units' own rows (weights and bias)."""
    first, second = pair
    rows = own_rows(symmetry, layer, state)
    return math.sqrt(sum(float((row[first] - row[second]).square().sum()) for row in rows))


def _module(tensor: str) -> str:
    """Return the module that owns a tensor, parametrized or not: "features.0", and "" for the network itself."""
    return re.sub(r"(^|\.)(parametrizations\..*|[^.]*)$", "", tensor)


def _first_consumer(symmetry: Symmetry, layer: str, model: nn.Module) -> tuple[str, int, Block]:
    group = symmetry.group_of(layer)
    for tensor, axis, consumer in symmetry.members(group):
        module, _, name = tensor.rpartition(".")
        # What another module's input means is not known; that of the root is the images.
        if consumer and (axis, name) == (1, "weight") and isinstance(model.get_submodule(module), nn.Linear | _ConvNd):
            start, block = next(placed for placed in offsets(symmetry.axes[tensor][1]) if placed[1].group == group)
            return module, start, block
    raise ValueError(f"no linear or convolutional module reads the units of {layer}, so they cannot be watched")
