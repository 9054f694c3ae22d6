"""Carries the gradient at a point of a path over to its control points."""

from collections.abc import Sequence

import torch
from torch import Tensor


def path_gradients(
    loss: Tensor,
    point: Sequence[Tensor],
    weights: Sequence[float | Tensor],
    decay: float,
    out: Sequence[Sequence[Tensor]] | None = None,
) -> list[list[Tensor | None]]:
    """Return gradients of loss(W_t) + decay/2 |W_t|^2 for each control point, from one gradient at the point.

    W_t is linear in the control points, so d/dW_k = B_k(t) (dloss/dW_t + decay W_t). They are written into `out`, a
    sequence for each control point, or into new tensors; the last sequence may be the point's own tensors. On a GPU
    they are always new: launches that take all tensors at once have no other place to write. `weights` may be tensors
    of no axes. What the loss does not depend on has no gradient, None, and no decay either.
    """
    at_point = torch.autograd.grad(loss, point, allow_unused=True)
    if point[0].is_cuda:
        used = {place: gradient for place, gradient in enumerate(at_point) if gradient is not None}
        with torch.no_grad():
            total = torch._foreach_add(list(used.values()), [point[place] for place in used], alpha=decay)
            scaled = [dict(zip(used, torch._foreach_mul(total, weight), strict=True)) for weight in weights]
        return [[each.get(place) for place in range(len(point))] for each in scaled]
    places = [[torch.empty_like(w) for w in point] for _ in weights] if out is None else out
    with torch.no_grad():
        return [
            [
                None if g is None else torch.add(g, w, alpha=decay, out=o).mul_(weight)
                for g, w, o in zip(at_point, point, into, strict=True)
            ]
            for weight, into in zip(weights, places, strict=True)
        ]
