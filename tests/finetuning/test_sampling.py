"""Draws are without replacement, of the size that was asked for, and nested."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mode_connectivity.finetuning import draw
from mode_connectivity.foundations.randomness import named_generator


@given(total=st.integers(1, 200), data=st.data(), seed=st.integers(0, 5))
def test_a_count_is_drawn_without_replacement_and_within_every_larger_one(
    total: int, data: st.DataObject, seed: int
) -> None:
    small = data.draw(st.integers(1, total))
    large = data.draw(st.integers(small, total))
    first, second = (draw(total, count, named_generator(seed, "clean")).tolist() for count in (small, large))
    assert len(set(first)) == small
    assert first == sorted(first)
    assert set(first) <= set(second) <= set(range(total))


@pytest.mark.parametrize(("amount", "expected"), [(0.25, 20), (0.999, 80), (None, 80), (1, 1), (80, 80), (0.01, 1)])
def test_shares_counts_and_all(amount: float | None, expected: int) -> None:
    assert len(draw(80, amount, named_generator(0, "clean"))) == expected


def test_every_image_is_as_likely_as_any_other() -> None:
    generator = named_generator(0, "many draws")
    counts = torch.zeros(20)
    for _ in range(2000):
        counts[draw(20, 5, generator)] += 1
    # 500 expected, standard deviation 19.4
    assert (counts - 500).abs().max() < 5 * 19.4


@pytest.mark.parametrize("amount", [81, 0, 0.001, -1])
def test_what_cannot_be_drawn_is_said(amount: float) -> None:
    with pytest.raises(ValueError, match="of 80 images"):
        draw(80, amount, named_generator(0, "clean"))
