"""Decides which word the intervals of one depth allow."""

from typing import Literal

from mode_connectivity.statistics.estimate import Estimate
from mode_connectivity.statistics.gaps import ALL, OUTSIDE, PLACEBO, SLICES
from mode_connectivity.statistics.rule import Rule
from mode_connectivity.statistics.shares import Shares

Word = Literal[
    "local",
    "not local",
    "any such subset suffices",
    "both needed",
    "not identified",
    "not converged",
    "nothing to correct",
    "depends on the measure",
    "the interval",
    "points",
]

NOT_TRIED = "not tried"  # said in place of a word where no region of a depth was trained


def word_of(shares: Shares, rule: Rule) -> Word:
    """Return the word of one depth by one measure; `docs/verdict.md` has the same as a table."""
    if shares.barrier.interval is None:
        return "points"
    if not shares.barrier.above(0):
        return "nothing to correct" if shares.barrier.interval[1] <= 0 else "not identified"
    corrected = shares.recovery.get(ALL)
    if corrected is None or not corrected.above(rule.margin) or not {SLICES, PLACEBO} <= set(shares.excess):
        return "not identified"
    slices, placebo = shares.excess[SLICES], shares.excess[PLACEBO]
    if placebo.below(rule.margin):
        if slices.below(rule.margin):
            return "any such subset suffices"
    elif shares.locality is None:
        return "not identified"
    if slices.above(rule.margin):
        return _where_slices_fail(shares, rule)
    if slices.below(rule.margin) and placebo.above(rule.margin) and _special(shares.locality):
        return "local" if converged(shares, PLACEBO, rule) else "not converged"
    return "the interval"


def converged(shares: Shares, region: str, rule: Rule) -> bool:
    """Return whether twice the epochs are known to leave the region's gaps as they are."""
    return region in shares.moved and abs(shares.moved[region]) < rule.settled


def _where_slices_fail(shares: Shares, rule: Rule) -> Word:
    if not converged(shares, SLICES, rule):
        return "not converged"
    outside = shares.excess.get(OUTSIDE)
    fails = outside is not None and outside.above(rule.margin) and converged(shares, OUTSIDE, rule)
    return "both needed" if fails else "not local"


def _special(locality: Estimate | None) -> bool:
    return locality is not None and locality.above(0)
