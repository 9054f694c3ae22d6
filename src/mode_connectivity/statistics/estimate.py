"""Estimates a ratio of two sums over seeds, with what it rests on."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.statistics.ratio_interval import Interval, median_ratio_interval, ratio_interval

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Estimate:
    """Estimates sum(a) / sum(b), (n,) each, one value a seed; without intervals where `level` is None.

    What it gives is None where it is not known, or where a sum is zero.
    """

    a: Floats
    b: Floats
    level: float | None

    @property
    def value(self) -> float | None:
        """The ratio itself."""
        return _over(float(self.a.sum()), float(self.b.sum()))

    @cached_property
    def interval(self) -> Interval | None:
        """The inverted sign-flip test, for the ratio of the means."""
        return None if self.level is None else ratio_interval(self.a, self.b, self.level)

    @cached_property
    def median(self) -> Interval | None:
        """The inverted sign test, for the median of a - l b: it needs no symmetry, and says nothing of the mean."""
        return None if self.level is None else median_ratio_interval(self.a, self.b, self.level)

    @property
    def shares(self) -> tuple[list[float] | None, list[float] | None]:
        """Each seed's share of the sum of a, and of that of b."""
        return _shares(self.a), _shares(self.b)

    @property
    def without(self) -> list[float | None]:
        """The ratio with each seed left out in turn."""
        kept = [np.arange(len(self.a)) != k for k in range(len(self.a))]
        return [_over(float(self.a[keep].sum()), float(self.b[keep].sum())) for keep in kept]

    def above(self, bound: float) -> bool:
        """Return whether the interval lies above the bound."""
        return self.interval is not None and self.interval[0] > bound

    def below(self, bound: float) -> bool:
        """Return whether the interval lies below the bound."""
        return self.interval is not None and self.interval[1] < bound


def mean_of(values: Floats, level: float | None) -> Estimate:
    """Return the mean of (n,) values in the same form."""
    return Estimate(values, np.ones(len(values)), level)


def _over(a: float, b: float) -> float | None:
    return a / b if b else None


def _shares(values: Floats) -> list[float] | None:
    total = float(values.sum())
    return [float(value) / total for value in values] if total else None
