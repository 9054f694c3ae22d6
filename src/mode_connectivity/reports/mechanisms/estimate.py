"""Estimates a mean from one value a seed, and says on which side of a limit its interval lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from mode_connectivity.statistics import FEWEST, sign_flip_interval

Side = Literal["below", "above"]


@dataclass(frozen=True)
class Estimate:
    """Holds one value a seed. From six seeds there is the exact 95 % interval of the sign-flip test; below, points."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> "Estimate":
        return cls(tuple(float(value) for value in values))

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))

    @cached_property
    def interval(self) -> tuple[float, float] | None:
        return sign_flip_interval(np.array(self.values)) if len(self.values) >= FEWEST else None

    def side(self, limit: float) -> Side | Literal["open"] | None:
        """Return where the interval lies: up to `limit`, above it, or on both sides; None where there is none."""
        if self.interval is None:
            return None
        low, high = self.interval
        return "below" if high <= limit else "above" if low > limit else "open"

    def shown(self, scale: float = 100, digits: int = 1) -> str:
        """Return the mean times `scale`, with the interval in square brackets, or with the seeds in round ones."""
        mean = f"{scale * self.mean:.{digits}f}"
        if self.interval is not None:
            low, high = (f"{scale * end:.{digits}f}" for end in self.interval)
            return f"{mean} [{low}, {high}]"
        seeds = ", ".join(f"{scale * value:.{digits}f}" for value in self.values)
        return mean if len(self.values) == 1 else f"{mean} ({seeds})"


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
