"""Computes an interval for the difference of two ratios of sums over the same seeds, that of two depths for example.

With a = l b + e and c = m d + f the pairs (e_i, f_i) of one seed, given b and d, are as likely with both signs turned.
So for the true m every combination of e and f with weights fixed by b and d can be tested by sign flips. Taken is
e / sum(b) - f / sum(d), whose sum is the difference of the two ratios minus l - m, whatever m. As its p-value still
depends on m, the highest over an interval of m is taken, and that interval's error added (Berger & Boos 1994).
"""

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.statistics.ratio_interval import Interval, ratio_interval

Floats = NDArray[np.float64]
PLACES = 33  # values of m that are tried
EVERYTHING = (-np.inf, np.inf)


def ratio_difference_interval(a: Floats, b: Floats, c: Floats, d: Floats, level: float = 0.95) -> Interval:
    """Return an interval of sum(a)/sum(b) - sum(c)/sum(d), (n,) each, paired by seed; infinite where little is known.

    The errors of (a, b) and of (c, d) may depend on each other. A quarter of 1 - `level`, and at least the smallest
    p-value of n seeds, is spent on m, the rest on the difference.
    """
    alpha, finest = 1 - level, 2.0 ** (1 - len(a))
    spent = max(alpha / 4, finest)
    nuisance = ratio_interval(c, d, 1 - spent) if spent < 1 else None
    top, bottom = float(b.sum()), float(d.sum())
    if nuisance is None or not np.isfinite(nuisance).all() or alpha - spent < finest or top <= 0 or bottom <= 0:
        return EVERYTHING
    tried = [
        ratio_interval(a / top - c / bottom - m * (b / top - d / bottom), b / top, 1 - alpha + spent)
        for m in np.linspace(*nuisance, PLACES)
    ]
    accepted = [each for each in tried if each is not None]
    return (min(low for low, _ in accepted), max(high for _, high in accepted)) if accepted else EVERYTHING
