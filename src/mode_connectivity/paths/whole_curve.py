"""Reads paths from elsewhere: the control points that a checkpoint of a whole curve holds."""

import re
from collections.abc import Mapping

from torch import Tensor

from mode_connectivity.paths.kinds import Bezier, Polygon
from mode_connectivity.paths.path import State, parameter_names

NUMBERED = re.compile(r"net\.(.+)_(\d+)")
WEIGHTS = ("weight", "bias")
COEFFICIENTS = "coeff_layer."


def parameters(weights: Mapping[str, object]) -> State:
    """Return the parameters of a state dict from elsewhere: all tensors but running statistics and tables.

    A weight or bias of whole numbers is no table: it stays, for the reader to refuse.
    """
    tensors = {name: value for name, value in weights.items() if isinstance(value, Tensor)}
    known = set(parameter_names(tensors))
    return {name: value for name, value in tensors.items() if name in known or name.rpartition(".")[2] in WEIGHTS}


def whole_curve(weights: Mapping[str, object]) -> Bezier | Polygon | None:
    """Return the curve in a state dict as the code of Garipov et al. (2018) writes it; None where it holds none.

    There every parameter "a.weight" of the network stands once for each control point k, as "net.a.weight_k", and the
    coefficients of a Bezier curve lie under "coeff_layer.binom", which a polygonal chain does not have.

    Raises:
        ValueError: control points that are not numbered 0, 1, 2 and on, or do not hold the same tensors.
    """
    controls: dict[int, State] = {}
    for key, value in weights.items():
        match = NUMBERED.fullmatch(key)
        if match and isinstance(value, Tensor):
            controls.setdefault(int(match[2]), {})[match[1]] = value
    if not controls:
        return None
    if set(controls) != set(range(len(controls))) or len(controls) < 3:
        numbers = ", ".join(map(str, sorted(controls)[:3]))
        raise ValueError(f"its control points are not numbered from 0 without a gap to 2 or more: {numbers}")
    kind = Polygon if f"{COEFFICIENTS}range" in weights and f"{COEFFICIENTS}binom" not in weights else Bezier
    return kind([controls[k] for k in sorted(controls)])


def names_by_order(theirs: Mapping[str, Tensor], ours: Mapping[str, Tensor]) -> dict[str, str] | None:
    """Return for each name in `ours` that in `theirs`: the same, or for those that only one has, the next in order.

    The code of Garipov et al. names some layers of a curve otherwise than those of its ends ("fc1" and "classifier.1",
    "downsample" and "downsample.0"), and matches them by their order. None where numbers or shapes differ.
    """
    only_ours = [name for name in ours if name not in theirs]
    only_theirs = [name for name in theirs if name not in ours]
    if [ours[name].shape for name in only_ours] != [theirs[name].shape for name in only_theirs]:
        return None
    return {name: name for name in ours if name in theirs} | dict(zip(only_ours, only_theirs, strict=True))
