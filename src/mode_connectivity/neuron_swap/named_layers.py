"""Finds the units that the name of a layer means, where the layer may be a parameter that no module owns alone."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from mode_connectivity.paths.path import ROOT, module_of
from mode_connectivity.symmetry import Symmetry
from mode_connectivity.symmetry.axes import offsets, positions_of


def layers_of(symmetry: Symmetry) -> dict[str, str]:
    """Return layer -> group: the modules that are layers, then the parameters that are layers themselves."""
    return symmetry.layers | {group: group for group in symmetry.groups if group not in symmetry.layers.values()}


def named_layer(symmetry: Symmetry, name: str) -> str:
    """Return the key of `layers_of` that `name` means; "(root)" means the only parameter of the root that is a layer.

    Raises:
        ValueError: no such layer, or several on the root.
    """
    layers = layers_of(symmetry)
    of_root = [layer for layer in layers if layer not in symmetry.layers and module_of(layer) == ROOT]
    if name == ROOT and len(of_root) > 1:
        raise ValueError(f"{ROOT} holds several layers: name one of {', '.join(of_root)}")
    if name == ROOT and of_root:
        return of_root[0]
    if name not in layers:
        raise ValueError(f"no layer {name!r} whose outputs can be permuted; there are {', '.join(layers)}")
    return name


def owner_of(symmetry: Symmetry, layer: str) -> str:
    """Return the layer under whose name distances are measured: the module that owns a parameter."""
    return layer if layer in symmetry.layers else module_of(layer)


def own_distance(symmetry: Symmetry, layer: str, state: Mapping[str, Tensor], pair: tuple[int, int]) -> float:
    """Return the L2 distance between what two units own in the layer: weights and bias, not what reads the units."""
    group, owner, squared = layers_of(symmetry)[layer], owner_of(symmetry, layer), 0.0
    for tensor, axis, consumer in symmetry.members(group):
        if consumer or module_of(tensor) != owner:
            continue
        entries = state[tensor].double().movedim(axis, 0)
        for start, block in offsets(symmetry.axes[tensor][axis]):
            if block.group == group:
                first, second = entries[positions_of(start, block, torch.tensor(pair))].chunk(2)
                squared += float((first - second).square().sum())
    return math.sqrt(squared)
