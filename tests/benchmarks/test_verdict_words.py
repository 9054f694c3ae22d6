"""The simulation of the verdict draws what it says, and finds planted words and few wrong ones in a small run."""

import numpy as np
import pytest

from benchmarks.verdict_words import (
    LAWS,
    PLANTED,
    TRUTHS,
    barriers,
    contrast_coverage,
    coverage,
    draw,
    right_words,
    wrong_words,
)


@pytest.mark.parametrize("sigma", [0.0, 0.5, 1.0])
def test_errors_have_mean_zero_and_deviation_one_and_barriers_mean_one(sigma: float) -> None:
    rng = np.random.default_rng(0)
    errors, sizes = draw(rng, sigma, (100_000,)), barriers(rng, sigma, (100_000,))
    assert errors.mean() == pytest.approx(0, abs=0.02)
    assert errors.std() == pytest.approx(1, abs=0.1)
    assert sizes.mean() == pytest.approx(1, abs=0.02)
    assert sizes.min() > 0


@pytest.mark.parametrize("word", PLANTED)
def test_planted_words_are_said(word: str) -> None:
    assert right_words(20, 0.0, word, 0.02) == 20


@pytest.mark.parametrize("truth", [*TRUTHS, "barrier at the floor"])
def test_wrong_words_are_rare_where_errors_are_symmetric(truth: str) -> None:
    assert wrong_words(40, 0.0, truth).total() <= 2


def test_intervals_hold_the_planted_ratios() -> None:
    assert min(coverage(40, 0.0, 0.95).values()) >= 0.8
    assert min(contrast_coverage(10, 0.0).values()) >= 0.9
    assert list(LAWS.values()) == [0.0, 0.5, 1.0, 2.0]


@pytest.mark.slow
def test_sizes_are_those_of_the_document() -> None:
    """At 1,000 studies: under symmetry at most 1.2 % wrong, under skew of sigma 1 the sizes of docs/verdict.md."""
    for truth in [*TRUTHS, "barrier at the floor"]:
        assert wrong_words(1000, 0.0, truth).total() <= 12
    assert 30 <= wrong_words(1000, 1.0, "slices at the margin, placebo fails")["local"] <= 85
