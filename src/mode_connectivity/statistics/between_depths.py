"""Compares depths: how much more local, and how much better mended, the later one is than the earlier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mode_connectivity.statistics.contrasts import ratio_difference_interval
from mode_connectivity.statistics.gaps import Floats, Gaps, with_placebo
from mode_connectivity.statistics.ratio_interval import Interval
from mode_connectivity.statistics.rule import FEWEST_TESTED, Rule
from mode_connectivity.statistics.shares import locality_sums
from mode_connectivity.statistics.verdicts import PRIMARY, Evidence, Verdict

LOCALITY = "locality"


@dataclass(frozen=True)
class Contrast:
    """Holds the difference of two ratios, later minus earlier, and its interval; None below seven seeds."""

    value: float
    interval: Interval | None


def contrasts(
    evidence: Mapping[str, Evidence],
    verdicts: Mapping[str, Verdict],
    pairs: Sequence[tuple[str, str]],
    rule: Rule,
) -> dict[tuple[str, str], dict[str, Contrast]]:
    """Return (later, earlier) -> "locality" and each region's recovery -> contrast, where both depths have the ratio.

    For each of these quantities by itself the level holds for all `pairs` together (Bonferroni).
    """
    level = 1 - (1 - rule.level) / max(1, len(pairs))
    sums = {depth: _sums(evidence[depth], verdicts[depth]) for pair in pairs for depth in pair}
    return {
        (later, earlier): {
            name: _contrast(sums[later][name], sums[earlier][name], level)
            for name in sums[later]
            if name in sums[earlier]
        }
        for later, earlier in pairs
    }


def _sums(evidence: Evidence, verdict: Verdict) -> dict[str, tuple[Floats, Floats]]:
    """Return each ratio that the verdict formed -> its numerators and denominators, (n,) each."""
    gaps: Gaps = with_placebo(evidence[PRIMARY])
    shares = verdict.shares[PRIMARY]
    sums = {region: (gaps.none - gaps.regions[region], gaps.none) for region in shares.recovery}
    local = locality_sums(gaps) if shares.locality is not None else None
    return sums | ({LOCALITY: local} if local is not None else {})


def _contrast(later: tuple[Floats, Floats], earlier: tuple[Floats, Floats], level: float) -> Contrast:
    value = float(later[0].sum() / later[1].sum() - earlier[0].sum() / earlier[1].sum())
    known = len(later[0]) >= FEWEST_TESTED
    return Contrast(value, ratio_difference_interval(*later, *earlier, level) if known else None)
