"""A ratio over seeds comes with what it rests on: intervals, shares, and itself without each seed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mode_connectivity.statistics import median_ratio_interval
from mode_connectivity.statistics.estimate import Estimate, mean_of


def test_one_seed_that_carries_the_sum_is_seen() -> None:
    each = Estimate(np.array([0.0, 0, 9, 1]), np.array([1.0, 2, 3, 4]), None)
    assert each.value == 1.0
    assert each.shares == ([0.0, 0.0, 0.9, 0.1], [0.1, 0.2, 0.3, 0.4])
    assert each.without == pytest.approx([10 / 9, 10 / 8, 1 / 7, 9 / 6])
    assert (each.interval, each.median, each.above(-9), each.below(9)) == (None, None, False, False)


def test_sums_of_zero_give_nothing() -> None:
    each = Estimate(np.array([1.0, -1.0]), np.array([1.0, -1.0]), None)
    assert (each.value, each.shares) == (None, (None, None))
    assert Estimate(np.ones(1), np.ones(1), None).without == [None]


def test_a_mean_has_its_own_interval() -> None:
    values = np.arange(1.0, 9.0)
    each = mean_of(values, 1 - 0.05 / 6)
    assert each.value == values.mean()
    assert each.interval == each.median == (1.0, 8.0)  # eight seeds at this level: from the lowest to the highest
    assert each.above(0.5)
    assert not each.above(1.0)
    assert each.below(8.5)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-3, 3), min_size=8, max_size=8, unique=True), st.floats(0.5, 2))
def test_the_median_interval_ends_at_ratios_of_seeds(tops: list[float], bottom: float) -> None:
    """Of eight, the range is a 99 % interval, the second lowest to the second highest a 93 % one."""
    ratios = np.sort(np.array(tops) / bottom)
    assert median_ratio_interval(tops, np.full(8, bottom), 0.95) == pytest.approx((ratios[0], ratios[-1]))
    assert median_ratio_interval(tops, np.full(8, bottom), 0.92) == pytest.approx((ratios[1], ratios[-2]))
    assert median_ratio_interval(tops, np.full(8, bottom), 0.995) == (-np.inf, np.inf)


def test_the_median_interval_covers_under_skew() -> None:
    rng = np.random.default_rng(0)
    samples = rng.lognormal(0, 2, (1000, 8))
    found = [median_ratio_interval(each, np.ones(8), 0.95) or (np.inf, np.inf) for each in samples]
    assert np.mean([low <= 1 <= high for low, high in found]) >= 0.98
