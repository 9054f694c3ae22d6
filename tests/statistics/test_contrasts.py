"""The interval of a difference of two ratios covers it, and says nothing where seeds are too few."""

import numpy as np
import pytest

from mode_connectivity.statistics.between_depths import contrasts
from mode_connectivity.statistics.contrasts import EVERYTHING, ratio_difference_interval
from mode_connectivity.statistics.gaps import Gaps
from mode_connectivity.statistics.rule import Rule
from mode_connectivity.statistics.verdicts import Evidence, verdicts

RULE = Rule(margin=0.1)
PAIRS = [("late", "early"), ("mid", "early")]


def test_a_difference_of_means_is_held() -> None:
    a, c, one = np.arange(1.0, 9.0), np.array([2.0, 1, 2, 1, 2, 1, 2, 1]), np.ones(8)
    low, high = ratio_difference_interval(a, one, c, one)
    assert a.min() - c.max() <= low < (a - c).mean() < high <= a.max() - c.min()
    turned = ratio_difference_interval(c, one, a, one)
    assert turned == pytest.approx((-high, -low))


def test_what_both_depths_share_cancels() -> None:
    """With the same denominators the difference is that of paired numerators, however much both vary together."""
    rng = np.random.default_rng(0)
    shared, b = rng.normal(0, 5, 8), np.ones(8)
    low, high = ratio_difference_interval(shared + 1 + 0.01 * np.array([1, -1] * 4), b, shared, b)
    assert 0.98 < low < 1 < high < 1.02


def test_little_knowledge_gives_no_bound() -> None:
    a, b = np.arange(1.0, 9.0), np.ones(8)
    assert ratio_difference_interval(a, b, a, np.array([1.0, -1] * 4)) == EVERYTHING
    assert ratio_difference_interval(a, -b, a, b) == EVERYTHING
    assert ratio_difference_interval(a[:5], b[:5], a[:5], b[:5]) == EVERYTHING
    assert ratio_difference_interval(a, b, a, b, level=0.99) == EVERYTHING  # two p-values of 1/128 are more than 1 %


@pytest.mark.parametrize("skew", [0.0, 1.0])
def test_coverage(skew: float) -> None:
    """A hundred studies with denominators that vary by a half and depend on each other: 94 % or more, under skew 90."""
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(100):
        shared = rng.lognormal(0, 0.5, 8)
        b, d = shared * rng.uniform(0.5, 1.5, (2, 8))
        e, f = rng.normal(0, 0.3, (2, 8)) if not skew else (rng.lognormal(0, skew, (2, 8)) - np.exp(skew**2 / 2)) / 5
        low, high = ratio_difference_interval(0.8 * b + e * shared, b, 0.3 * d + f * shared, d)
        held += low <= 0.5 <= high
    assert held / 100 >= (0.90 if skew else 0.94)


def study(seeds: int) -> dict[str, Evidence]:
    rng = np.random.default_rng(2)

    def depth(slices: float, line: float = 0.1) -> Evidence:
        none = line * rng.uniform(0.8, 1.2, seeds)
        shares = {"slices": slices, "placebo_slices": 0.8, "outside": 0.0, "all": 0.0}
        regions = {region: none * (share + rng.uniform(-0.02, 0.02, seeds)) for region, share in shares.items()}
        return {"gap": Gaps(none, regions, dict(regions), np.full(seeds, 0.001))}

    return {"early": depth(0.0), "mid": depth(0.4), "late": depth(0.8), "flat": depth(0.0, 0.0005)}


def test_depths_are_compared_where_both_have_the_ratio() -> None:
    evidence = study(8)
    found = contrasts(evidence, verdicts(evidence, RULE), PAIRS, RULE)
    assert found["late", "early"]["locality"].value == pytest.approx(-1, abs=0.05)
    assert found["mid", "early"]["slices"].value == pytest.approx(-0.4, abs=0.05)
    interval = found["mid", "early"]["locality"].interval
    assert interval is not None
    assert -0.6 < interval[0] < -0.5 < interval[1] < -0.4
    assert set(found["late", "early"]) == {"locality", "slices", "placebo_slices", "placebo", "outside", "all"}
    assert contrasts(evidence, verdicts(evidence, RULE), [("flat", "early")], RULE) == {("flat", "early"): {}}


def test_points_have_a_difference_and_no_interval() -> None:
    evidence = study(2)
    found = contrasts(evidence, verdicts(evidence, RULE), PAIRS, RULE)["late", "early"]["locality"]
    assert found.value == pytest.approx(-1, abs=0.1)
    assert found.interval is None
