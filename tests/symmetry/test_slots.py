"""Unification: what is tied moves together, and nothing else is lost."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mode_connectivity.symmetry.axes import Block, fixed, scaled, size_of
from mode_connectivity.symmetry.slots import Slots


def test_tied_slots_become_one() -> None:
    slots = Slots()
    first, second = slots.fresh(5), slots.fresh(5)
    slots.tie(first, second)
    assert slots.resolve(first) == slots.resolve(second)
    assert not slots.is_fixed(first)


def test_a_batch_norm_over_a_concatenation_takes_on_its_pieces() -> None:
    slots = Slots()
    first, second, scale = slots.fresh(3), slots.fresh(4), slots.fresh(7)
    slots.tie(scale, first + second)
    assert slots.resolve(scale) == first + second


def test_a_linear_layer_takes_on_channels_times_pixels() -> None:
    slots = Slots()
    channels, inputs = slots.fresh(3), slots.fresh(12)
    slots.tie(scaled(channels, 4), inputs)
    assert slots.resolve(inputs) == (Block(channels[0].group, 3, 4),)


def test_pieces_of_different_lengths_are_cut_at_every_boundary() -> None:
    slots = Slots()
    left = slots.fresh(2) + slots.fresh(5)
    right = slots.fresh(4) + slots.fresh(3)
    slots.tie(left, right)
    assert [block.units for block in slots.resolve(left)] == [2, 2, 3]
    assert slots.resolve(left) == slots.resolve(right)


def test_units_of_two_and_three_entries_share_units_of_six() -> None:
    slots = Slots()
    twos, threes = slots.fresh(6, 2), slots.fresh(4, 3)
    slots.tie(twos, threes)
    assert [block[1:3] for block in slots.resolve(twos)] == [(2, 6)]


def test_a_unit_across_a_cut_stays() -> None:
    slots = Slots()
    axis = slots.fresh(3, 2)
    assert [size_of(piece) for piece in slots.cut(axis, 3)] == [3, 3]
    assert slots.is_fixed(axis)


axes = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 3)), min_size=1, max_size=4)


@given(st.lists(axes, min_size=2, max_size=5))
def test_tied_axes_stay_tied_whatever_follows(parts: list[list[tuple[int, int]]]) -> None:
    """Random axes over six shared slots of six units, brought to one length by fixed entries."""
    slots = Slots()
    shared = [slots.fresh(6) for _ in range(6)]
    built = [sum((scaled(shared[slot], positions) for slot, positions in part), ()) for part in parts]
    length = max(map(size_of, built))
    built = [axis + fixed(length - size_of(axis)) for axis in built]
    for left, right in pairwise(built):
        slots.tie(left, right)
    assert len({slots.resolve(axis) for axis in built}) == 1
    for slot in shared:
        assert size_of(slots.resolve(slot)) == 6
