"""The laws of rearrangements that carry others along."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from mode_connectivity.symmetry import Symmetry
from mode_connectivity.symmetry.axes import Block, fixed, index_of, perms_of
from mode_connectivity.symmetry.slots import Slots
from mode_connectivity.symmetry.wreath import close
from support.attention_networks import GPT, WORDS, Attention, Torchs, normed, repeated

NETWORKS = {
    "causal": (GPT(), WORDS),
    "torch's own": (Torchs(), WORDS),
    "grouped": (Attention(repeated, heads=6, keys=3), WORDS),
    "one norm": (Attention(normed, norm=nn.LayerNorm(4)), WORDS),
}
SYMMETRIES = {name: Symmetry.derive(model, inputs) for name, (model, inputs) in NETWORKS.items()}
laws = settings(max_examples=15, deadline=None)
names, seeds = st.sampled_from(sorted(NETWORKS)), st.integers(0, 2**31 - 1)


def drawn(name: str, seed: int) -> dict[str, Tensor]:
    return SYMMETRIES[name].random(torch.Generator().manual_seed(seed))


def same(left: dict[str, Tensor], right: dict[str, Tensor]) -> bool:
    return list(left) == list(right) and all(torch.equal(left[key], right[key]) for key in left)


@laws
@given(names, seeds, seeds)
def test_composition_is_one_after_the_other(name: str, first: int, second: int) -> None:
    symmetry, p, q = SYMMETRIES[name], drawn(name, first), drawn(name, second)
    state = NETWORKS[name][0].state_dict()
    assert same(symmetry.apply(symmetry.apply(state, p), q), symmetry.apply(state, symmetry.compose(p, q)))


@laws
@given(names, seeds)
def test_inverse_undoes(name: str, seed: int) -> None:
    symmetry, perms = SYMMETRIES[name], drawn(name, seed)
    state = NETWORKS[name][0].state_dict()
    assert same(symmetry.apply(symmetry.apply(state, perms), symmetry.invert(perms)), state)
    assert same(symmetry.compose(perms, symmetry.invert(perms)), symmetry.identity())
    assert same(symmetry.invert(symmetry.invert(perms)), perms)


@laws
@given(names, seeds, seeds, seeds)
def test_composition_is_associative(name: str, first: int, second: int, third: int) -> None:
    symmetry = SYMMETRIES[name]
    p, q, r = (drawn(name, seed) for seed in (first, second, third))
    left = symmetry.compose(symmetry.compose(p, q), r)
    assert same(left, symmetry.compose(p, symmetry.compose(q, r)))
    assert same(symmetry.compose(p, symmetry.identity()), p)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_mirror_undoes_itself_and_checks_fill_in_what_is_missing(name: str) -> None:
    symmetry, state = SYMMETRIES[name], NETWORKS[name][0].state_dict()
    mirror = symmetry.reverse()
    assert same(symmetry.compose(mirror, mirror), symmetry.identity())
    assert same(symmetry.apply(symmetry.apply(state, mirror), mirror), state)
    assert same(symmetry.checked({}), symmetry.identity())


def test_an_index_is_read_back_where_units_of_units_move() -> None:
    inner = tuple((Block(f"inner {unit}", 2, 2), Block(None, 1)) for unit in range(3))
    axis = (Block("outer", 3, 5, inner), *fixed(2))
    perms = {"outer": torch.tensor([2, 0, 1]), **{f"inner {unit}": torch.tensor([1, 0]) for unit in range(2)}}
    index = index_of(axis, perms)
    assert index.tolist() == [10, 11, 12, 13, 14, 2, 3, 0, 1, 4, 7, 8, 5, 6, 9, 15, 16]
    assert {group: perm.tolist() for group, perm in perms_of(axis, index).items()} == {
        "outer": [2, 0, 1], "inner 0": [1, 0], "inner 1": [1, 0], "inner 2": [0, 1]
    }  # fmt: skip


def test_units_that_are_not_alike_inside_do_not_change_places() -> None:
    slots = Slots()
    (outer,) = slots.fresh(3)
    inner = [slots.fresh(4) for _ in range(3)]
    axis = (Block(outer.group, 3, 4, tuple(inner)),)
    slots.pin(inner[1])
    close(slots, [axis])
    assert slots.resolve(axis) == inner[0] + fixed(4) + inner[2]


def test_units_of_which_one_is_named_elsewhere_do_not_change_places() -> None:
    slots = Slots()
    (outer,) = slots.fresh(2)
    inner = [slots.fresh(4) for _ in range(2)]
    axis = (Block(outer.group, 2, 4, tuple(inner)),)
    close(slots, [axis])
    assert slots.resolve(axis) == axis
    close(slots, [axis, inner[0]])
    assert slots.resolve(axis) == inner[0] + inner[1]
