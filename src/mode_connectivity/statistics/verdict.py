"""Decides between local and global, as far as the tested claims allow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from mode_connectivity.statistics.claims import FEWEST, NEEDS, Evidence, Rule, parts, parts_of
from mode_connectivity.statistics.multiple import holm

Answer = Literal["local sufficient", "local necessary", "global", "undecided", "nothing to correct"]
ANSWERS: dict[str, Answer] = {"sufficient": "local sufficient", "necessary": "local necessary", "global": "global"}


@dataclass(frozen=True)
class Verdict:
    """Holds `p`: part of a claim -> its own p-value; `claims`: claim that was tested -> p-value after Holm."""

    answer: Answer
    reason: str
    would_decide: str
    p: dict[str, float] = field(default_factory=dict)
    claims: dict[str, float] = field(default_factory=dict)


def verdicts(evidence: Mapping[str, Evidence], rule: Rule) -> dict[str, Verdict]:
    """Return depth -> verdict; below six seeds only "nothing to correct" (at these endpoints) and "undecided"."""
    tests = {depth: parts(each, rule.margin) for depth, each in evidence.items()}
    adjusted: dict[str, dict[str, float]] = {depth: {} for depth in evidence}
    tested = [
        (depth, claim)
        for depth, each in evidence.items()
        for claim in rule.claims
        if len(each.chord) >= FEWEST and set(NEEDS[claim]) <= set(each.excess)
    ]
    p_values = np.array([max(parts_of(claim, tests[depth]).values()) for depth, claim in tested])
    for (depth, claim), p in zip(tested, holm(p_values), strict=True):
        adjusted[depth][claim] = float(p)
    return {depth: _verdict(each, rule, tests[depth], adjusted[depth]) for depth, each in evidence.items()}


def null_verdict(evidence: Evidence, rule: Rule) -> Verdict:
    """Return the verdict of a swap that should do nothing: a check of the method and no depth, so it claims nothing."""
    tests = parts(evidence, rule.margin)
    highest = evidence.chord.max()
    no_null = f"the units are not alike enough for a null swap: the straight line rises by up to {highest:.2g} nats"
    return _nothing(evidence, rule, tests) or Verdict(
        "undecided", no_null, "a layer that has two dead units, or two alike", tests
    )


def _verdict(evidence: Evidence, rule: Rule, tests: dict[str, float], adjusted: dict[str, float]) -> Verdict:
    n = len(evidence.chord)
    if nothing := _nothing(evidence, rule, tests):
        return nothing
    if n < FEWEST:
        reason = f"{n} endpoint(s) are points: below {FEWEST} no exact test can reject for several depths"
        lacking = ", and restricted curves" if _missing(evidence, rule) else ""
        return Verdict("undecided", reason, f"{FEWEST} seeds or more{lacking}", tests)
    if not adjusted:
        kinds = ", ".join(_missing(evidence, rule))
        reason = "distances describe where training moved the bend, and not which of it the low loss needs"
        return Verdict("undecided", reason, f"restricted curves: {kinds}", tests)
    for claim, p in adjusted.items():
        if p <= rule.alpha:
            reason = f"{_because(claim)} (p = {p:.3g} after Holm, margin {rule.margin:g} nats, {n} seeds)"
            return Verdict(ANSWERS[claim], reason, "decided", tests, adjusted)
    return Verdict(
        "undecided", _why_not(tests, adjusted), "more seeds, or a swap with a higher barrier", tests, adjusted
    )


def _missing(evidence: Evidence, rule: Rule) -> list[str]:
    """Return the restrictions that the claims need and no curve was trained under."""
    needed = dict.fromkeys(kind for claim in rule.claims for kind in NEEDS[claim])
    return [kind for kind in needed if kind not in evidence.excess]


def _nothing(evidence: Evidence, rule: Rule, tests: dict[str, float]) -> Verdict | None:
    n = len(evidence.chord)
    shown = n >= FEWEST and tests["barrier within margin"] <= rule.alpha
    if not shown and (evidence.chord > rule.margin).any():
        return None
    reason = (
        f"the straight line rises by {evidence.chord.max():.2g} nats at most ({evidence.chord.mean():.2g} on average), "
        f"within the margin of {rule.margin:g}" + ("" if n >= FEWEST else f", at each of the {n} endpoint(s)")
    )
    decide = "a swap whose straight line has a barrier: more pairs, more important units, or harder data"
    return Verdict("nothing to correct", reason, decide, tests)


def _because(claim: str) -> str:
    return {
        "sufficient": "trained in the swapped slices alone the path runs as low as trained everywhere, and trained in "
        "other units' slices it does not",
        "necessary": "trained everywhere but in the swapped slices the path runs higher than trained everywhere",
        "global": "trained in the swapped slices alone the path runs higher than trained everywhere, and trained "
        "everywhere outside them it does not",
    }[claim]


def _why_not(tests: Mapping[str, float], adjusted: Mapping[str, float]) -> str:
    """Name for each claim that was tested its weakest part."""
    texts = []
    for claim, p in adjusted.items():
        weakest = max(parts_of(claim, tests).items(), key=lambda item: item[1])
        texts.append(f'"{ANSWERS[claim]}" is not shown: {weakest[0]}, p = {weakest[1]:.3g}; {p:.3g} after Holm')
    return "; ".join(texts)
