"""Inner products of control-point differences, one small matrix per layer: all the geometry of a path is in them.

With W_t = sum_k B_k(t) W_k and weights that sum to one, W_t - W_0 = sum_k B_k(t) (W_k - W_0); so every squared
distance along the path is a quadratic form of the Gram matrix of the differences, at any number of points.
"""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mode_connectivity.paths.path import Path, parameter_names

Floats = NDArray[np.float64]


def layer_names(path: Path) -> tuple[str, ...]:
    """Names of the modules that own parameters, in the order of the state dict."""
    return tuple(dict.fromkeys(name.rpartition(".")[0] for name in parameter_names(path.controls[0])))


def layer_gram(path: Path, origin: Mapping[str, Tensor] | None = None) -> Floats:
    """(L, K, K): <W_j - W_0, W_k - W_0> for the control points 1 ... K after the first, per layer, in float64.

    With an `origin` O the differences W_k - O of all control points, the first included.

    One pass over the parameters: differences of fp32 values are exact in float64, and so nearly are the sums.
    """
    layers = {name: place for place, name in enumerate(layer_names(path))}
    first, others = (path.controls[0], path.controls[1:]) if origin is None else (origin, path.controls)
    gram = np.zeros((len(layers), len(others), len(others)))
    for name in parameter_names(path.controls[0]):
        start = first[name].double()
        differences = torch.stack([(other[name].double() - start).flatten() for other in others])
        gram[layers[name.rpartition(".")[0]]] += (differences @ differences.T).cpu().numpy()
    return gram
