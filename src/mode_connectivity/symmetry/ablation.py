"""Removes one unit from a network."""

from collections.abc import Mapping

import torch
from torch import Tensor

from mode_connectivity.symmetry.axes import offsets, positions_of
from mode_connectivity.symmetry.symmetry import Symmetry


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
