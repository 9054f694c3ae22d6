"""Computes an interval for a ratio of two sums over seeds by inverting an exact test (Fieller 1954, section 4)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mode_connectivity.statistics.sign_flips import SLACK, set_means

Floats = NDArray[np.float64]


def ratio_interval(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> tuple[float, float] | None:
    """Return the smallest interval that holds every l for which a - l b is not rejected to have mean zero.

    `a` and `b` hold one value a seed, (n,). The test is the exact two-sided sign-flip test of the n values a_i - l b_i
    at 1 - `level`. For a set A of seeds the sum of a - l b over A is at most zero on a ray of l that ends where
    l = sum_A a / sum_A b, so p changes at these 2^n - 1 points alone and is highest on them. Infinities stand where
    rays are accepted: b is then not shown to differ from zero.

    Returns:
        (low, high); None where every l is rejected.

    Raises:
        ValueError: values that are not finite or not two vectors of one length, or a level outside (0, 1).
    """
    tops, bottoms = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if tops.ndim != 1 or tops.shape != bottoms.shape or not len(tops):
        raise ValueError(f"two vectors of one length are needed, got {tops.shape} and {bottoms.shape}")
    if not (np.isfinite(tops).all() and np.isfinite(bottoms).all()) or not 0 < level < 1:
        raise ValueError("values must be finite and the level between 0 and 1")
    accepted = _Accepted(set_means(tops), set_means(bottoms), SLACK * np.abs(tops).max(), SLACK * np.abs(bottoms).max())
    ends = accepted.ends
    held = ends[accepted.at(ends, level)]
    low, high = accepted.at(np.array([-np.inf, np.inf]), level)
    if not len(held) and not low and not high:
        return None
    lowest = -np.inf if low else float(held.min()) if len(held) else -np.inf
    highest = np.inf if high else float(held.max()) if len(held) else np.inf
    return lowest, highest


class _Accepted:
    """Tells which l the test accepts, from the mean of a and of b over every set of seeds."""

    def __init__(self, tops: Floats, bottoms: Floats, slack_a: float, slack_b: float) -> None:
        rising, falling = bottoms > slack_b, bottoms < -slack_b
        flat = tops[~rising & ~falling]
        self._rising = np.sort(tops[rising] / bottoms[rising])  # the mean is at most zero from here up
        self._falling = np.sort(tops[falling] / bottoms[falling])  # ... up to here
        self._flat_low, self._flat_high = int((flat <= slack_a).sum()), int((flat >= -slack_a).sum())
        self._count = 1 + len(tops)

    @property
    def ends(self) -> Floats:
        """The ends of the rays, sorted."""
        return np.unique(np.concatenate([self._rising, self._falling]))

    def at(self, places: Floats, level: float) -> NDArray[np.bool_]:
        """Whether each l of `places` is accepted."""
        with np.errstate(invalid="ignore"):
            slack = np.where(np.isfinite(places), SLACK * np.abs(places), 0.0)
        below, above = places - slack, places + slack
        low = np.searchsorted(self._rising, above, "right") + len(self._falling) + self._flat_low
        low -= np.searchsorted(self._falling, below, "left")
        high = len(self._rising) - np.searchsorted(self._rising, below, "left") + self._flat_high
        high += np.searchsorted(self._falling, above, "right")
        p = np.minimum(1.0, 2 * (1 + np.minimum(low, high)) / self._count)
        return np.asarray(p > (1 - level) * (1 + 1e-9))
