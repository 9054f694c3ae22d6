"""Defines the plane through three points of weight space."""

from collections.abc import Collection, Mapping
from math import sqrt

import numpy as np
from torch import Tensor

from mode_connectivity.foundations.summation import tree_sum
from mode_connectivity.measures.gram import Floats, layer_gram
from mode_connectivity.paths.kinds import Polygon
from mode_connectivity.paths.path import State

FLAT = 1e-6  # a third point nearer to the line than this share of its own distance spans no plane


class Plane:
    """Computes W(x, y) = W_0 + x u + y v through three states (Garipov et al. 2018, figure 1).

    u is the unit vector from `origin` to `second`, v the unit vector at right angles to it on the side of `third`
    (Gram-Schmidt over the parameters, inner products in float64). So x and y are L2 distances in weight space, the
    same on both axes, and no tensor of the frame is ever made: W(x, y) is a weighted sum of the three states. Distances
    are over `parameters`, by default what the names tell; the states are copied unless `copy` is false (see `Path`).

    Raises:
        ValueError: the three states lie on one line, or do not fit each other.
    """

    def __init__(
        self,
        origin: Mapping[str, Tensor],
        second: Mapping[str, Tensor],
        third: Mapping[str, Tensor],
        *,
        parameters: Collection[str] | None = None,
        copy: bool = True,
    ) -> None:
        self.corners = Polygon([origin, second, third], parameters=parameters, copy=copy)
        (along, mixed), (_, across) = layer_gram(self.corners).sum(0).tolist()
        height = sqrt(max(0.0, across - mixed**2 / along)) if along else 0.0
        if height <= FLAT * sqrt(across):
            raise ValueError("no plane passes through three points on one line; take three that differ")
        self.places = np.array([[0.0, 0.0], [sqrt(along), 0.0], [mixed / sqrt(along), height]])

    def weights(self, x: float, y: float) -> tuple[float, float, float]:
        """Return the weights of the three states in W(x, y); they sum to one and are exact at the three states."""
        (length, _), (shift, height) = self.places[1:].tolist()
        third = y / height
        second = (x - third * shift) / length
        return 1 - second - third, second, third

    def at(self, x: float, y: float) -> State:
        """Return the state dict at (x, y), of new tensors; integer buffers follow the origin, as on a path."""
        return self.corners.combine(self.weights(x, y))

    def coordinates(self, state: Mapping[str, Tensor]) -> tuple[float, float]:
        """Return (x, y) of the point of the plane that lies nearest to `state`.

        The two products with the corners' differences are solved for the frame: <W - W_0, W_j - W_0>, j = 1, 2.
        """
        gram = layer_gram(Polygon([*self.corners.controls, state], parameters=self.corners.parameters, copy=False)).sum(
            0
        )
        (along, _), (shift, height) = self.places[1:].tolist()
        x = float(gram[0, 2]) / along
        return x, (float(gram[1, 2]) - shift * x) / height

    def curve(self, weights: Floats) -> Floats:
        """Return (T, 2): coordinates of the points whose weights of the three states are given as (T, 3)."""
        places: Floats = tree_sum(weights[:, None] * self.places.T)
        return places

    def sides(self, margin: float, points: int) -> tuple[Floats, Floats]:
        """Return x and y of a grid of `points` a side: the triangle, and a margin in shares of its longer side."""
        low, high = self.places.min(axis=0), self.places.max(axis=0)
        rim = margin * float((high - low).max())
        xs, ys = (np.linspace(low[k] - rim, high[k] + rim, points) for k in (0, 1))
        return xs, ys
