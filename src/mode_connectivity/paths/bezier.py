"""Defines Bezier curves."""

from collections.abc import Collection, Mapping
from math import comb
from typing import Self

from torch import Tensor

from mode_connectivity.paths.initialise import linear_bends
from mode_connectivity.paths.path import Path


class Bezier(Path):
    """Computes W_t = sum_k C(n, k) (1 - t)^(n - k) t^k W_k, n + 1 control points (Garipov et al. 2018, section 3.2)."""

    @classmethod
    def between(
        cls,
        start: Mapping[str, Tensor],
        end: Mapping[str, Tensor],
        bends: int = 1,
        parameters: Collection[str] | None = None,
    ) -> Self:
        """Return the straight line as a curve of so many bends, which `fit` can train; errors as of any path."""
        return cls([start, *linear_bends(start, end, bends), end], parameters=parameters)

    def weights(self, t: float) -> tuple[float, ...]:
        n = len(self.controls) - 1
        return tuple(comb(n, k) * (1 - t) ** (n - k) * t**k for k in range(n + 1))
