"""Reads paths from elsewhere: the control points that a checkpoint of a whole curve holds."""

import re
from collections.abc import Mapping

from torch import Tensor

from mode_connectivity.paths.bezier import Bezier
from mode_connectivity.paths.path import State, parameter_names
from mode_connectivity.paths.polygon import Polygon

NUMBERED = re.compile(r"net\.(.+)_(\d+)")
COEFFICIENTS = "coeff_layer."


def parameters(weights: Mapping[str, object]) -> State:
    """Return the parameters of a state dict: all tensors but running statistics."""
    tensors = {name: value for name, value in weights.items() if isinstance(value, Tensor)}
    return {name: tensors[name] for name in parameter_names(tensors)}


def whole_curve(weights: Mapping[str, object]) -> Bezier | Polygon | None:
    """Return the curve in a state dict as the code of Garipov et al. (2018) writes it; None where it holds none.

    There every parameter "a.weight" of the network stands once for each control point k, as "net.a.weight_k", and the
    coefficients of a Bezier curve lie under "coeff_layer.binom", which a polygonal chain does not have.

    Raises:
        ValueError: control points that do not hold the same tensors.
    """
    controls: dict[int, State] = {}
    for key, value in weights.items():
        match = NUMBERED.fullmatch(key)
        if match and isinstance(value, Tensor):
            controls.setdefault(int(match[2]), {})[match[1]] = value
    if not controls:
        return None
    kind = Polygon if f"{COEFFICIENTS}range" in weights and f"{COEFFICIENTS}binom" not in weights else Bezier
    return kind([controls[k] for k in sorted(controls)])
