"""The interval of a ratio holds exactly the values that the sign-flip test accepts, rays and nothing included."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mode_connectivity.statistics import ratio_interval, sign_flip_interval, sign_flip_p

VALUES = st.floats(-4, 4, allow_nan=False, width=16)


@settings(max_examples=60, deadline=None)
@example([(0.0, 1.0), (1.0, 0.0), (1.0, -(2.0**-24))], 0.5)
@given(st.lists(st.tuples(VALUES, VALUES), min_size=3, max_size=7), st.sampled_from([0.5, 0.8, 0.95]))
def test_it_is_the_hull_of_what_the_test_accepts(pairs: list[tuple[float, float]], level: float) -> None:
    a, b = np.array(pairs).T
    interval = ratio_interval(a, b, level)
    low, high = (np.inf, -np.inf) if interval is None else interval
    for place in np.concatenate([np.linspace(-40, 40, 161), [low, high]]):
        if np.isfinite(place) and sign_flip_p(a - place * b) > (1 - level) * (1 + 1e-9):
            assert low - 1e-9 <= place <= high + 1e-9
    for end in (low, high):
        if np.isfinite(end):
            nearby = [end, np.nextafter(end, -np.inf), np.nextafter(end, np.inf)]
            assert any(sign_flip_p(a - place * b) > (1 - level) * (1 + 1e-9) for place in nearby)
    far = 1e4 / min(np.abs(b[b != 0]), default=1.0)  # beyond every ratio of sums
    for place, infinite in ((-far, low == -np.inf), (far, high == np.inf)):
        assert not infinite or sign_flip_p(a - place * b) > (1 - level) * 0.999


def test_for_a_constant_denominator_it_is_the_interval_of_the_mean() -> None:
    a = np.array([0.3, -0.2, 0.8, 0.5, 0.1, 0.9, 0.4, 0.6])
    assert ratio_interval(a, np.full(8, 2.0)) == pytest.approx(np.array(sign_flip_interval(a)) / 2)


def test_it_turns_and_scales_with_its_arguments() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(1, 0.3, 8), rng.normal(2, 0.3, 8)
    low, high = ratio_interval(a, b) or (0, 0)
    assert 0 < low < a.sum() / b.sum() < high
    assert ratio_interval(-a, b) == pytest.approx((-high, -low))
    assert ratio_interval(3 * a, b) == pytest.approx((3 * low, 3 * high))
    assert ratio_interval(a, -b) == pytest.approx((-high, -low))


def test_rays_and_nothing() -> None:
    one = np.ones(8)
    assert ratio_interval(np.zeros(8), np.zeros(8)) == (-np.inf, np.inf)
    assert ratio_interval(one, np.zeros(8)) is None
    assert ratio_interval(one, np.array([1, -1] * 4)) == (-np.inf, np.inf)
    assert ratio_interval([1.0, 2, 3], [1.0, 1, 1]) == (-np.inf, np.inf)  # three values reject nothing at 5 %


@pytest.mark.parametrize("law", ["symmetric", "skewed"])
def test_it_covers_a_planted_ratio(law: str) -> None:
    """2,000 studies of eight seeds with a = b / 2 + noise: at least 95 % under symmetry; under skew it is reported."""
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(2000):
        b = rng.normal(1, 0.2, 8)
        noise = rng.normal(0, 0.3, 8) if law == "symmetric" else rng.lognormal(0, 1, 8) - np.exp(0.5)
        low, high = ratio_interval(b / 2 + noise, b) or (1, 0)
        held += low <= 0.5 <= high
    assert held / 2000 >= (0.945 if law == "symmetric" else 0.80)


@pytest.mark.parametrize(("a", "b"), [([1.0], [1.0, 2.0]), ([np.nan, 1], [1, 1]), ([], [])])
def test_bad_values_are_refused(a: list[float], b: list[float]) -> None:
    with pytest.raises(ValueError, match=r"vectors of one length|finite"):
        ratio_interval(a, b)
