"""Says in one sentence why a depth has its word."""

from collections.abc import Callable

from mode_connectivity.statistics.estimate import Estimate
from mode_connectivity.statistics.gaps import ALL, OUTSIDE, PLACEBO, SLICES
from mode_connectivity.statistics.rule import FEWEST_TESTED, Rule
from mode_connectivity.statistics.verdicts import PRIMARY, Verdict
from mode_connectivity.statistics.words import Word

NAMES = {
    SLICES: "the swapped slices alone",
    PLACEBO: "as many other weights",
    OUTSIDE: "everything outside the slices",
}
MEASURES = {"gap": "the highest gap", "mean": "the mean gap", "height": "the height above the ends"}


def sentence(verdict: Verdict, rule: Rule) -> str:
    """Return the reason of the verdict in plain words, with its figures."""
    text = WRITERS[verdict.word](verdict, rule)
    return f"{text[0].upper()}{text[1:]}."


def _points(verdict: Verdict, rule: Rule) -> str:
    seeds = len(verdict.shares[PRIMARY].barrier.a)
    if seeds >= FEWEST_TESTED:
        return f"{seeds} seeds are too few for so many depths: points, no interval and no word"
    return f"{seeds} seed{'s' if seeds > 1 else ''}, fewer than {FEWEST_TESTED}: points, no interval and no word"


def _nothing(verdict: Verdict, rule: Rule) -> str:
    barrier = _nats(verdict.shares[PRIMARY].barrier)
    return f"the straight line rises no higher than two trainings of the control differ: {barrier} above that"


def _not_identified(verdict: Verdict, rule: Rule) -> str:
    shares = verdict.shares[PRIMARY]
    if not verdict.floor:
        return "there is no second control, so no noise floor that the straight line's barrier could be held against"
    if not shares.barrier.above(0):
        return (
            f"the straight line's barrier is not shown to lie above the noise floor: {_nats(shares.barrier)} above it"
        )
    missing = [region for region in (SLICES, PLACEBO, ALL) if region not in shares.recovery]
    if missing:
        return f"paths of these regions were not trained: {', '.join(missing)}"
    if not shares.recovery[ALL].above(rule.margin):
        mended = _percent(shares.recovery[ALL])
        return f"training everything mends {mended} of the barrier, which is not shown to be more than {_margin(rule)}"
    return f"{_leaves(verdict, PLACEBO)}, which is not shown to be above zero: no locality index can be formed"


def _not_converged(verdict: Verdict, rule: Rule) -> str:
    shares = verdict.shares[PRIMARY]
    region = SLICES if shares.excess[SLICES].above(rule.margin) else PLACEBO
    known = region in shares.moved
    told = f"moves by {100 * shares.moved[region]:.3g} % of the barrier" if known else "is not known"
    return f"{_leaves(verdict, region)}, but its gap at twice the epochs {told}: it may fail for want of training"


def _any(verdict: Verdict, rule: Rule) -> str:
    return f"{_leaves(verdict, PLACEBO)}, and {_leaves(verdict, SLICES)}: both less than {_margin(rule)}"


def _local(verdict: Verdict, rule: Rule) -> str:
    slices, placebo = _leaves(verdict, SLICES), _leaves(verdict, PLACEBO)
    return f"{slices}, less than {_margin(rule)}; {placebo}, more than that; {_ratios(verdict)}"


def _not_local(verdict: Verdict, rule: Rule) -> str:
    outside = verdict.shares[PRIMARY].excess.get(OUTSIDE)
    also = f"; {_leaves(verdict, OUTSIDE)}" if outside is not None else ""
    return f"{_leaves(verdict, SLICES)}, more than {_margin(rule)}{also}; {_ratios(verdict)}"


def _both(verdict: Verdict, rule: Rule) -> str:
    slices, outside = _leaves(verdict, SLICES), _leaves(verdict, OUTSIDE)
    return f"{slices}, and {outside}: both more than {_margin(rule)}; {_ratios(verdict)}"


def _interval(verdict: Verdict, rule: Rule) -> str:
    slices, placebo = _leaves(verdict, SLICES), _leaves(verdict, PLACEBO)
    return f"the intervals allow no word: {_ratios(verdict)}; {slices}, and {placebo}; the margin is {_margin(rule)}"


def _depends(verdict: Verdict, rule: Rule) -> str:
    words = "; ".join(f'by {MEASURES[measure]} "{word}"' for measure, word in verdict.words.items())
    return f"the measures do not say the same: {words}"


WRITERS: dict[Word, Callable[[Verdict, Rule], str]] = {
    "points": _points,
    "nothing to correct": _nothing,
    "not identified": _not_identified,
    "not converged": _not_converged,
    "any such subset suffices": _any,
    "local": _local,
    "not local": _not_local,
    "both needed": _both,
    "the interval": _interval,
    "depends on the measure": _depends,
}


def _leaves(verdict: Verdict, region: str) -> str:
    excess = _percent(verdict.shares[PRIMARY].excess[region])
    return f"training {NAMES[region]} leaves {excess} of the barrier more than training everything"


def _ratios(verdict: Verdict) -> str:
    """Return Lambda and N with their intervals."""
    shares = verdict.shares[PRIMARY]
    known = {"locality index": shares.locality, "necessity": shares.necessity}
    return ", ".join(f"{name} {_number(each)}" for name, each in known.items() if each is not None) or "no index"


def _margin(rule: Rule) -> str:
    return f"{100 * rule.margin:.3g} %"


def _number(estimate: Estimate, scale: float = 1.0) -> str:
    value, interval = estimate.value, estimate.interval
    text = "unknown" if value is None else f"{scale * value:.3g}"
    return text if interval is None else f"{text} [{scale * interval[0]:.3g}, {scale * interval[1]:.3g}]"


def _percent(estimate: Estimate) -> str:
    return f"{_number(estimate, 100)} %"


def _nats(estimate: Estimate) -> str:
    return f"{_number(estimate)} nats"
