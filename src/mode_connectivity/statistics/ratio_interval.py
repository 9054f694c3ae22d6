"""Computes an interval for a ratio of two sums over seeds by inverting an exact test (Fieller 1954, section 4)."""

from collections.abc import Callable
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mode_connectivity.statistics.sign_flips import SLACK, set_means

Floats = NDArray[np.float64]
Interval = tuple[float, float]


def ratio_interval(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> Interval | None:
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
    tops, bottoms = _checked(a, b, level)
    sets = set_means(tops), set_means(bottoms)
    return _hull(_Accepted(*sets, _slacks(tops, bottoms), lambda fewest: 2 * (1 + fewest) / (1 + len(sets[0]))), level)


def median_ratio_interval(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> Interval | None:
    """Return the same by inverting the sign test of the a_i - l b_i: an interval for their median, whatever the law.

    Where all b are positive it is an interval for the median of the ratios a_i / b_i, ends being two of these.

    Returns:
        (low, high); None where every l is rejected.

    Raises:
        ValueError: as `ratio_interval`.
    """
    tops, bottoms = _checked(a, b, level)
    tails = np.cumsum([comb(len(tops), k) for k in range(len(tops) + 1)]) / 2.0 ** len(tops)
    return _hull(_Accepted(tops, bottoms, _slacks(tops, bottoms), lambda fewest: 2 * tails[fewest]), level)


def _checked(a: ArrayLike, b: ArrayLike, level: float) -> tuple[Floats, Floats]:
    tops, bottoms = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if tops.ndim != 1 or tops.shape != bottoms.shape or not len(tops):
        raise ValueError(f"two vectors of one length are needed, got {tops.shape} and {bottoms.shape}")
    if not (np.isfinite(tops).all() and np.isfinite(bottoms).all()) or not 0 < level < 1:
        raise ValueError("values must be finite and the level between 0 and 1")
    return tops, bottoms


def _slacks(tops: Floats, bottoms: Floats) -> tuple[float, float]:
    return SLACK * float(np.abs(tops).max()), SLACK * float(np.abs(bottoms).max())


def _hull(accepted: "_Accepted", level: float) -> Interval | None:
    """Return the smallest interval that holds what is accepted; p is highest at the ends of the rays."""
    ends = accepted.ends
    held = ends[accepted.at(ends, level)]
    low, high = accepted.at(np.array([-np.inf, np.inf]), level)
    if not len(held) and not low and not high:
        return None
    lowest = -np.inf if low else float(held.min()) if len(held) else -np.inf
    highest = np.inf if high else float(held.max()) if len(held) else np.inf
    return lowest, highest


class _Accepted:
    """Tells which l a test accepts, from the mean of a and of b over each set of seeds that it looks at.

    `p_of` gives the two-sided p-value from the number of sets on the side that has fewer of them.
    """

    def __init__(
        self, tops: Floats, bottoms: Floats, slacks: tuple[float, float], p_of: Callable[[NDArray[np.int64]], Floats]
    ) -> None:
        slack_a, slack_b = slacks
        rising, falling = bottoms > slack_b, bottoms < -slack_b
        flat = tops[~rising & ~falling]
        self._rising = np.sort(tops[rising] / bottoms[rising])  # the mean is at most zero from here up
        self._falling = np.sort(tops[falling] / bottoms[falling])  # ... up to here
        self._flat_low, self._flat_high = int((flat <= slack_a).sum()), int((flat >= -slack_a).sum())
        self._p_of = p_of

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
        p = self._p_of(np.minimum(low, high))
        return np.asarray(p > (1 - level) * (1 + 1e-9))
