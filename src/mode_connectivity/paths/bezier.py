"""Defines Bezier curves."""

from math import comb

from mode_connectivity.paths.path import Path


class Bezier(Path):
    """Computes W_t = sum_k C(n, k) (1 - t)^(n - k) t^k W_k, n + 1 control points (Garipov et al. 2018, section 3.2)."""

    def weights(self, t: float) -> tuple[float, ...]:
        n = len(self.controls) - 1
        return tuple(comb(n, k) * (1 - t) ** (n - k) * t**k for k in range(n + 1))
