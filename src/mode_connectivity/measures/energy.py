"""Computes where a field on the parameters lies: its inner products per layer, per unit, and within a mask.

A field is a dict of parameter-shaped tensors, a displacement for instance; the energy of x is <x, x>. Everything is a
bilinear form, so the cross products of independent replicates come from the same functions.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from mode_connectivity.foundations.summation import tree_sum
from mode_connectivity.measures.gram import Floats
from mode_connectivity.paths.path import module_of
from mode_connectivity.symmetry import Symmetry
from mode_connectivity.symmetry.axes import offsets

Field = Mapping[str, Tensor]


def layers_of(field: Field) -> tuple[str, ...]:
    """Return the modules that own the tensors of a field, in its order."""
    return tuple(dict.fromkeys(module_of(name) for name in field))


def layer_products(x: Field, y: Field, masks: Mapping[str, Tensor] | None = None) -> Floats:
    """Return (L,) float64: <x, y> per layer; only over the entries of `masks` where given.

    `masks`: tensor -> bool, of a shape that broadcasts; a tensor that is missing there has no entry in it.
    """
    totals = dict.fromkeys(layers_of(x), 0.0)
    for name, values in x.items():
        if masks is not None and name not in masks:
            continue
        product = values.double() * y[name].double()
        if masks is not None:
            product = product * masks[name].to(product.device)
        totals[module_of(name)] += float(tree_sum(product.flatten()))
    return np.array(list(totals.values()))


def layer_counts(field: Field, masks: Mapping[str, Tensor] | None = None) -> Floats:
    """Return (L,): number of entries per layer; only those of `masks` where given."""
    ones = {name: torch.ones((), dtype=torch.float64).expand(tensor.shape) for name, tensor in field.items()}
    return layer_products(ones, ones, masks)


def unit_products(symmetry: Symmetry, x: Field, y: Field) -> dict[str, Floats]:
    """Return group -> (units,) float64: <x, y> over each unit's slices, its own row and its consumers' input channels.

    A weight between two layers lies in the slices of a unit of either, so groups are not to be added up.
    """
    totals = {group: torch.zeros(units, dtype=torch.float64) for group, units in symmetry.groups.items()}
    for name, values in x.items():
        product = (values.double() * y[name].double()).cpu()
        placed = [
            (group, dim, start, block.units, block.positions)
            for dim, axis in enumerate(symmetry.axes.get(name, ()))
            for start, block in offsets(axis)
            if (group := block.group) is not None
        ]
        for place, (group, dim, start, units, positions) in enumerate(placed):
            rows = product.narrow(dim, start, units * positions).movedim(dim, 0).reshape(units, -1)
            totals[group] += tree_sum(rows)
            for other, across, begin, _, width in placed[:place]:
                if other == group and across != dim:  # a unit that reads itself has these entries on both axes
                    both = product.narrow(dim, start, units * positions).narrow(across, begin, units * width)
                    square = both.movedim((dim, across), (0, 1)).reshape(units, positions, units, width, -1)
                    totals[group] -= tree_sum(square.diagonal(dim1=0, dim2=2).movedim(-1, 0).flatten(1))
    return {group: total.numpy() for group, total in totals.items()}


def participation_ratio(energies: Floats) -> float:
    """Return (sum e)^2 / sum e^2 of energies that are not negative.

    It is n where n places hold equal shares, 1 where one holds all, 0 where nothing moves.
    """
    squares = float(tree_sum(np.square(energies)))
    return float(tree_sum(energies)) ** 2 / squares if squares > 0 else 0.0
