"""Projects a bend to where every unit only scales and shifts: the cheapest training of a path."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from mode_connectivity.paths.path import State, parameter_names


def affine_projection(start: Mapping[str, Tensor], end: Mapping[str, Tensor]) -> Callable[[State], None]:
    """Return the projection, in place, of a single bend onto m_u + a_u m_u for the weights of every unit u.

    m_u is the unit's row of (W_0 + W_1)/2, and a_u = <x_u - m_u, m_u> / |m_u|^2 its scale beyond one; a row of zeros
    stays zero. Parameters of one axis (biases, scales of a normalisation) are left as they are: they are the shift.
    At t = 1/2 the unit's weights are those of the straight line times 1 + a_u / 2. `start` may hold some of the tensors
    alone, of which only these are projected.
    """
    rows: dict[str, tuple[Tensor, Tensor]] = {}
    for name in parameter_names(start):
        if start[name].ndim > 1:
            middle = (start[name] + end[name]) / 2
            flat = middle.flatten(1)
            rows[name] = middle, flat / flat.square().sum(1, keepdim=True).clamp_min(torch.finfo(flat.dtype).tiny)

    @torch.no_grad()
    def project(bend: State) -> None:
        for name, (middle, dual) in rows.items():
            scale = ((bend[name] - middle).flatten(1) * dual).sum(1)
            bend[name].copy_(middle * (1 + scale.view(-1, *[1] * (middle.ndim - 1))))

    return project
