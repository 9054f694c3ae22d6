"""Estimates what the gaps of one depth show, as shares of the straight line's barrier and of each other."""

from dataclasses import dataclass

from mode_connectivity.statistics.estimate import Estimate, mean_of
from mode_connectivity.statistics.gaps import ALL, OUTSIDE, PLACEBO, SLICES, Floats, Gaps
from mode_connectivity.statistics.rule import Tested


@dataclass(frozen=True)
class Shares:
    """Holds the estimates of one depth by one measure, with sums over the seeds.

    barrier: mean of G_none - floor, nats. recovery: region R -> 1 - sum G_R / sum G_none. excess: region R ->
    sum(G_R - G_all) / sum G_none, what R leaves of the barrier beyond what everything leaves. locality: Lambda =
    sum(G_placebo - G_slices) / sum(G_placebo - G_all). necessity: N = sum(G_outside - G_all) / sum(G_none - G_all).
    moved: region -> (sum G(2e) - sum G(e)) / sum G_none. A ratio is None, or not there, where its regions were not
    trained or its denominator is not above zero.
    """

    barrier: Estimate
    recovery: dict[str, Estimate]
    excess: dict[str, Estimate]
    locality: Estimate | None
    necessity: Estimate | None
    moved: dict[str, float]


def shares(gaps: Gaps, tested: tuple[Tested, ...], level: float | None) -> Shares:
    """Return all estimates at `level`; none but the barrier where that does not lie above the noise floor.

    "Above" is said by the interval, and by every single seed where `level` is None.
    """
    beyond = gaps.none - (0.0 if gaps.floor is None else gaps.floor)
    barrier = mean_of(beyond, level)
    if not _above_zero(beyond, barrier):
        return Shares(barrier, {}, {}, None, None, {})
    regions, none = gaps.regions, gaps.none
    if ALL not in regions:
        excess = {}
    else:
        kinds = [region for region in regions if region != ALL]
        excess = {
            region: Estimate(regions[region] - regions[ALL], none, _of(region, tested, level)) for region in kinds
        }
    return Shares(
        barrier=barrier,
        recovery={region: Estimate(none - gap, none, _of(region, tested, level)) for region, gap in regions.items()},
        excess=excess,
        locality=_ratio(locality_sums(gaps), level),
        necessity=_ratio(_necessity(gaps), _of(OUTSIDE, tested, level)),
        moved=gaps.moved(),
    )


def locality_sums(gaps: Gaps) -> tuple[Floats, Floats] | None:
    """Return G_placebo - G_slices and G_placebo - G_all, (n,) each; None where one of the three was not trained."""
    regions = gaps.regions
    if not {SLICES, PLACEBO, ALL} <= set(regions):
        return None
    return regions[PLACEBO] - regions[SLICES], regions[PLACEBO] - regions[ALL]


def _necessity(gaps: Gaps) -> tuple[Floats, Floats] | None:
    regions = gaps.regions
    return (regions[OUTSIDE] - regions[ALL], gaps.none - regions[ALL]) if {OUTSIDE, ALL} <= set(regions) else None


def _of(region: str, tested: tuple[Tested, ...], level: float | None) -> float | None:
    return None if region == OUTSIDE and "necessity" not in tested else level


def _ratio(sums: tuple[Floats, Floats] | None, level: float | None) -> Estimate | None:
    """Return the estimate where the denominator is above zero."""
    if sums is None:
        return None
    denominator = mean_of(sums[1], level)
    known = denominator.above(0) if level is not None else sums[1].sum() > 0
    return Estimate(*sums, level) if known else None


def _above_zero(values: Floats, mean: Estimate) -> bool:
    return mean.above(0) if mean.interval is not None else bool((values > 0).all())
