"""Defines what is said beforehand: margin, level, and which ratios share the level."""

from dataclasses import dataclass
from typing import Literal

Tested = Literal["locality", "necessity"]
BOTH = 8  # seeds from which on both ratios are tested
FEWEST_TESTED = 7  # below, seeds are points


@dataclass(frozen=True)
class Rule:
    """Holds `margin` and `settled`, both shares of the straight line's barrier, and the `level` of a whole study.

    A difference below the margin does not count. A region has converged where twice the epochs move the sum of its gaps
    by less than `settled`. The level holds for all ratios of `family` at all depths together (Bonferroni).
    """

    margin: float
    level: float = 0.95
    family: tuple[Tested, ...] = ("locality", "necessity")
    settled: float = 0.05

    def tested(self, seeds: int, depths: int) -> tuple[Tested, ...]:
        """Return the ratios that so many seeds can test: eight both, seven `locality` alone, fewer none.

        n seeds have no p-value below 2^(1-n); where that is too coarse for all ratios, `locality` is tested alone.
        """
        both = self.family if seeds >= BOTH else ()
        alone: tuple[Tested, ...] = ("locality",) if seeds >= FEWEST_TESTED and "locality" in self.family else ()
        for tested in (both, alone):
            if tested and 2.0 ** (1 - seeds) <= (1 - self.level) / (depths * len(tested)) * (1 + 1e-9):
                return tested
        return ()

    def level_of_each(self, tested: tuple[Tested, ...], depths: int) -> float | None:
        """Return the level of one interval; None where nothing is tested."""
        return 1 - (1 - self.level) / (depths * len(tested)) if tested else None
