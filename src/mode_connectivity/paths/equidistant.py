"""Projects onto the plane of all points that lie equally far from both ends of a path."""

from collections.abc import Mapping

import torch
from torch import Tensor

from mode_connectivity.paths.path import State


@torch.no_grad()
def project_equidistant(
    point: State, start: Mapping[str, Tensor], end: Mapping[str, Tensor], moves: Mapping[str, Tensor | None]
) -> None:
    """Move `point` in place, by the shortest way, to where |x - W_0| = |x - W_1| over all of its parameters jointly.

    `start` and `end` hold these alone.
    With m = (W_0 + W_1)/2 and d = W_1 - W_0 that is the hyperplane <x - m, d> = 0, so x <- x - d <x - m, d> / |d|^2.
    `moves` names the parameters that may move, each with the mask of its entries that do (None: all); the step then is
    x_M <- x_M - d_M <x - m, d> / |d_M|^2. Where d_M is zero nothing moves. Products are summed in float64.
    """
    products, squares = [], []
    directions: dict[str, Tensor] = {}
    for name in start:
        first, last = start[name].double(), end[name].double()
        direction = last - first
        products.append(((point[name].double() - (first + last) / 2) * direction).sum())
        if name in moves:
            keep = moves[name]
            directions[name] = direction if keep is None else direction * keep
            squares.append(directions[name].square().sum())
    if not squares:
        return
    product, square = sum(products[1:], products[0]), sum(squares[1:], squares[0])
    share = torch.where(square > 0, product / square, 0.0)  # on the device: the host does not wait for it
    for name, direction in directions.items():
        point[name] -= (direction * share).to(point[name])
