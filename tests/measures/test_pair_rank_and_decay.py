"""Ranks and slopes with known answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mode_connectivity.measures import decay_rate, layer_offsets, pair_rank


def by_hand(energies: np.ndarray, pair: tuple[int, int]) -> float:
    n, wanted = len(energies), energies[list(pair)].sum()
    above = [energies[u] + energies[v] >= wanted * (1 - 1e-12) for u in range(n) for v in range(u)]
    return float(np.mean(above))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.01, 5), min_size=2, max_size=9), st.data())
def test_rank_is_the_share_of_pairs_at_least_as_high(values: list[float], data: st.DataObject) -> None:
    energies = np.array(values)
    units = st.integers(0, len(values) - 1)
    pair = data.draw(st.tuples(units, units).filter(lambda both: both[0] != both[1]))
    assert pair_rank(energies, [pair]) == pytest.approx(by_hand(energies, pair))
    assert 0 < pair_rank(energies, [pair]) <= 1


def test_planted_ranks() -> None:
    energies = np.array([0.0, 5.0, 0.0, 0.0, 5.0])
    assert pair_rank(energies, [(1, 4)]) == 1 / 10
    assert pair_rank(energies, [(0, 2)]) == 1
    assert pair_rank(np.zeros(6), [(0, 1)]) == 1
    assert pair_rank(energies, [(1, 4), (0, 2)]) == pytest.approx(0.55)


def test_decay_of_halves_of_constants_and_of_nothing() -> None:
    offsets = layer_offsets(["a", "b", "c", "d"], "b")
    assert offsets.tolist() == [-1, 0, 1, 2]
    assert decay_rate(offsets, 0.5 ** np.abs(offsets)) == pytest.approx(-np.log(2))
    assert decay_rate(offsets, np.full(4, 0.3)) == pytest.approx(0, abs=1e-12)
    assert decay_rate(offsets, np.zeros(4)) is None
    assert decay_rate(offsets, np.array([0.0, 1, 0, 0])) is None
