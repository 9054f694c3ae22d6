"""Computes the figures that are sums over weights, on weights that any processor makes alike."""

import json

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mode_connectivity.measures import (
    bend_displacement,
    displacement,
    end_distance,
    layer_distances,
    layer_products,
    rescaling_share,
    rescalings,
    unit_products,
)
from mode_connectivity.paths import Bezier
from mode_connectivity.symmetry import Symmetry

Figures = dict[str, NDArray[np.float64]]


def figures() -> Figures:
    """Return each kind of figure."""
    model = nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(512, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )
    states = [_filled(model.state_dict(), k) for k in range(3)]
    curve, ts = Bezier(states), np.linspace(0, 1, 5)
    distances, moved = layer_distances(curve, ts), displacement(curve)
    images = _numbers((2, 3, 8, 8), 9)
    symmetry = Symmetry.derive(model, images[:1])
    masks = symmetry.slices("2", (1, 4))
    units = unit_products(symmetry, moved, moved)
    share = rescaling_share(rescalings(symmetry, model, states[1], images), states[1], moved)
    return {
        "raw_l2": distances.raw_l2,
        "correction": distances.correction,
        "relative": distances.relative,
        "bend": bend_displacement(curve),
        "ends": end_distance(curve),
        "layers": layer_products(moved, moved),
        "slices": layer_products(moved, moved, masks),
        "units": np.concatenate(list(units.values())),
        "rescaling_share": np.array([share]),
    }


def bits(found: Figures) -> str:
    """Return the figures as text that tells their last bits."""
    return json.dumps({name: [each.hex() for each in values.flatten().tolist()] for name, values in found.items()})


def _filled(state: dict[str, Tensor], k: int) -> dict[str, Tensor]:
    return {name: _numbers(tuple(tensor.shape), 7 * k + place) for place, (name, tensor) in enumerate(state.items())}


def _numbers(shape: tuple[int, ...], seed: int) -> Tensor:
    """Return numbers in [-0.5, 0.5) that look random; torch's own draws depend on the width of its vectors."""
    places = torch.arange(int(np.prod(shape))) + 1 + seed * 7919
    return ((places * places * 48271 % 1000003).double() / 1000003 - 0.5).float().view(shape)
