"""Estimates means from one value a seed, says on which side of a limit they lie, and shows them."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from mode_connectivity.reports.blocks import Number
from mode_connectivity.statistics import FEWEST
from mode_connectivity.statistics.estimate import Estimate, mean_of

Side = Literal["below", "above"]
LEVEL = 0.95
POINTS = 100  # a share in points


def over_seeds(values: Sequence[float]) -> Estimate:
    """Return the mean of one value a seed. From six seeds there is the exact 95 % interval; below, points."""
    return mean_of(np.array(values, dtype=np.float64), LEVEL if len(values) >= FEWEST else None)


def side(estimate: Estimate, limit: float) -> Side | Literal["open"] | None:
    """Return where the interval lies: up to `limit`, above it, or on both sides; None where there is none."""
    if estimate.interval is None:
        return None
    low, high = estimate.interval
    return "below" if high <= limit else "above" if low > limit else "open"


def word(sides: Sequence[tuple[Side | Literal["open"] | None, Side]], words: tuple[str, str]) -> str:
    """Return the first of `words` where every side is the wanted one, the second where one is the opposite.

    Between the two it is "open"; "points, no test" where there are no intervals. All must hold, so no correction for
    their number is due; the second word is one of several looks.
    """
    if any(seen is None for seen, _ in sides):
        return "points, no test"
    if all(seen == wanted for seen, wanted in sides):
        return words[0]
    return words[1] if any(seen not in (wanted, "open") for seen, wanted in sides) else "open"


def number(estimate: Estimate, scale: float = POINTS, form: str = "%.1f") -> Number:
    """Return the mean times `scale`, with its interval, or with the seeds where there is none."""
    interval = None if estimate.interval is None else [scale * end for end in estimate.interval]
    value = None if estimate.value is None else scale * estimate.value
    return Number(value, interval, [float(scale * each) for each in estimate.a], form)
