"""Computes inner products of control-point differences, one small matrix per layer; all distances follow from them.

With W_t = sum_k B_k(t) W_k and weights that sum to one, W_t - W_0 = sum_k B_k(t) (W_k - W_0); so every squared
distance along the path is a quadratic form of the Gram matrix of the differences, at any number of points.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mode_connectivity.foundations.summation import tree_sum
from mode_connectivity.paths.path import Path, module_of

Floats = NDArray[np.float64]
CACHED = 2**18  # entries taken at once, so that their float64 copies stay in the cache


def layer_names(path: Path) -> tuple[str, ...]:
    """Return names of the modules that own the path's parameters, in the order of the state dict."""
    return tuple(dict.fromkeys(module_of(name) for name in path.parameters))


def layer_gram(path: Path, origin: Mapping[str, Tensor] | None = None) -> Floats:
    """Return (L, K, K): <W_j - W_0, W_k - W_0> for the control points 1 ... K after the first, per layer, in float64.

    With an `origin` O the differences W_k - O of all control points, the first included.
    """
    gram = start_gram(path) if origin is None else _gram(path, origin, path.controls)
    return gram[:, 1:, 1:]


def start_gram(path: Path) -> Floats:
    """Return (L, K + 1, K + 1): `layer_gram` with W_0 itself before the differences, so that it holds all norms too."""
    return _gram(path, path.controls[0], path.controls[1:])


def _gram(path: Path, origin: Mapping[str, Tensor], others: Sequence[Mapping[str, Tensor]]) -> Floats:
    """Return the products of O and the W_k - O; one pass over the parameters.

    Differences of fp32 values are exact in float64, and so nearly are the sums, which have a fixed order.
    """
    layers = {name: place for place, name in enumerate(layer_names(path))}
    gram = np.zeros((len(layers), len(others) + 1, len(others) + 1))
    for name in path.parameters:
        gram[layers[module_of(name)]] += _products([origin[name], *(other[name] for other in others)])
    return gram


def _products(tensors: Sequence[Tensor]) -> Floats:
    """Return the inner products of the first tensor and of the others' differences from it, complex ones as pairs."""
    flat = [(torch.view_as_real(tensor) if tensor.is_complex() else tensor).flatten() for tensor in tensors]
    size = len(flat[0])
    rows = flat[0].new_empty(len(flat), min(CACHED, size), dtype=torch.float64)
    first, second = np.triu_indices(len(flat))
    total = rows.new_zeros(len(first))
    for place in range(0, size, CACHED):
        part = list(rows[:, : size - place])
        for row, tensor in zip(part, flat, strict=True):
            row.copy_(tensor[place : place + CACHED])
        for row in part[1:]:
            row -= part[0]
        total += torch.stack([tree_sum(part[j] * part[k]) for j, k in zip(first, second, strict=True)])
    products = np.empty((len(flat), len(flat)))
    products[first, second] = products[second, first] = total.cpu().numpy()
    return products
