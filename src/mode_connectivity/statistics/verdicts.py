"""Gives each depth its word, from the gaps of all seeds by three measures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mode_connectivity.statistics.gaps import Gaps, with_placebo
from mode_connectivity.statistics.rule import Rule, Tested
from mode_connectivity.statistics.shares import Shares, shares
from mode_connectivity.statistics.words import Word, word_of

Measure = Literal["gap", "mean", "height"]
PRIMARY: Measure = "gap"
Evidence = Mapping[Measure, Gaps]


@dataclass(frozen=True)
class Verdict:
    """Holds the word of a depth, the words that each measure by itself gives, and the estimates behind them.

    tested: the ratios that share the level, none below seven seeds. level: of each interval. floor: whether there is a
    noise floor.
    """

    word: Word
    words: dict[Measure, Word]
    shares: dict[Measure, Shares]
    tested: tuple[Tested, ...]
    level: float | None
    floor: bool


def verdicts(evidence: Mapping[str, Evidence], rule: Rule) -> dict[str, Verdict]:
    """Return depth -> verdict; the level is shared by all depths given.

    `evidence[depth]["gap"]` decides. "mean" (over t) and "height" (above the end loss) can only take a word back: where
    theirs differ, the verdict is "depends on the measure".

    Raises:
        ValueError: depths with different numbers of seeds, or one without "gap".
    """
    if any(PRIMARY not in each for each in evidence.values()):
        raise ValueError(f"every depth needs the measure {PRIMARY!r}")
    counts = {len(gaps.none) for each in evidence.values() for gaps in each.values()}
    if len(counts) > 1:
        raise ValueError(f"all depths and measures need the same seeds, got {sorted(counts)} of them")
    tested = rule.tested(counts.pop(), len(evidence)) if counts else ()
    level = rule.level_of_each(tested, len(evidence))
    return {depth: _verdict(each, rule, tested, level) for depth, each in evidence.items()}


def _verdict(evidence: Evidence, rule: Rule, tested: tuple[Tested, ...], level: float | None) -> Verdict:
    by_measure = {measure: shares(with_placebo(gaps), tested, level) for measure, gaps in evidence.items()}
    words = {measure: word_of(each, rule) for measure, each in by_measure.items()}
    word, floor = words[PRIMARY], evidence[PRIMARY].floor is not None
    if word != "points" and not floor:
        word = "not identified"
    elif by_measure[PRIMARY].recovery and len(set(words.values())) > 1:  # otherwise the line's own gap has decided
        word = "depends on the measure"
    return Verdict(word, words, by_measure, tested, level, floor)
