"""The laws of apply, invert and compose, and every refusal in one clear line."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from mode_connectivity.models import build
from mode_connectivity.symmetry import Symmetry
from support.distinct_networks import randomised

MODEL = randomised(build("resnet18", num_classes=4, width=1 / 16))
SYMMETRY = Symmetry.derive(MODEL, torch.zeros(1, 3, 32, 32))
STATE = MODEL.state_dict()
LAYER = "layer2.1.conv1"
UNITS = SYMMETRY.groups[LAYER]

seeds = st.integers(0, 2**31 - 1)
laws = settings(max_examples=15, deadline=None)


def drawn(seed: int) -> dict[str, Tensor]:
    return SYMMETRY.random(torch.Generator().manual_seed(seed))


def same(left: dict[str, Tensor], right: dict[str, Tensor]) -> bool:
    return left.keys() == right.keys() and all(torch.equal(left[key], right[key]) for key in left)


@laws
@given(seeds)
def test_inverse_undoes(seed: int) -> None:
    perms = drawn(seed)
    assert same(SYMMETRY.apply(SYMMETRY.apply(STATE, perms), SYMMETRY.invert(perms)), STATE)
    assert same(SYMMETRY.compose(perms, SYMMETRY.invert(perms)), SYMMETRY.identity())
    assert same(SYMMETRY.invert(SYMMETRY.invert(perms)), perms)


@laws
@given(seeds, seeds)
def test_composition_is_one_after_the_other(first: int, second: int) -> None:
    p, q = drawn(first), drawn(second)
    assert same(SYMMETRY.apply(SYMMETRY.apply(STATE, p), q), SYMMETRY.apply(STATE, SYMMETRY.compose(p, q)))


@laws
@given(seeds, seeds, seeds)
def test_composition_is_associative(first: int, second: int, third: int) -> None:
    p, q, r = drawn(first), drawn(second), drawn(third)
    left = SYMMETRY.compose(SYMMETRY.compose(p, q), r)
    assert same(left, SYMMETRY.compose(p, SYMMETRY.compose(q, r)))


def test_identity_and_missing_groups_change_nothing() -> None:
    assert same(SYMMETRY.apply(STATE, SYMMETRY.identity()), STATE)
    assert same(SYMMETRY.apply(STATE, {}), STATE)


def test_reverse_is_an_involution() -> None:
    once = SYMMETRY.apply(STATE, SYMMETRY.reverse())
    assert not same(once, STATE)
    assert same(SYMMETRY.apply(once, SYMMETRY.reverse()), STATE)


@laws
@given(st.permutations(range(UNITS)), st.integers(1, UNITS // 2))
def test_disjoint_swaps_are_involutions_of_just_these_units(order: list[int], count: int) -> None:
    pairs = list(zip(order[:count], order[count : 2 * count], strict=True))
    perms = SYMMETRY.swap(LAYER, pairs)
    assert {int(unit) for unit in (perms[LAYER] != torch.arange(UNITS)).nonzero()} == set(order[: 2 * count])
    assert same(SYMMETRY.apply(SYMMETRY.apply(STATE, perms), perms), STATE)


def test_swap_in_a_tied_group_swaps_in_every_member() -> None:
    after = SYMMETRY.apply(STATE, SYMMETRY.swap("layer1.1.conv2", [(0, 3)]))
    for row in ("conv1.weight", "bn1.bias", "layer1.0.conv2.weight", "layer1.1.bn2.running_var"):
        assert torch.equal(after[row][0], STATE[row][3])
    assert torch.equal(after["layer2.0.shortcut.0.weight"][:, 3], STATE["layer2.0.shortcut.0.weight"][:, 0])


def test_applying_keeps_the_input_types_and_other_entries() -> None:
    state: dict[str, Any] = {key: tensor.to(torch.bfloat16) for key, tensor in STATE.items()}
    state |= {"bn1.num_batches_tracked": torch.tensor(7), "not.ours": torch.ones(2), "extra": {"version": 1}}
    before = {key: tensor.clone() for key, tensor in state.items() if isinstance(tensor, Tensor)}
    after = SYMMETRY.apply(state, drawn(0))
    assert list(after) == list(state)
    assert after["extra"] == {"version": 1}
    assert after["bn1.num_batches_tracked"] == 7
    assert all(after[key].dtype == tensor.dtype for key, tensor in before.items())
    for tensor in after.values():
        if isinstance(tensor, Tensor):
            tensor.zero_()
    assert all(torch.equal(state[key], tensor) for key, tensor in before.items())


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([(0, UNITS)], f"unit {UNITS} is out of range, it has units 0 to {UNITS - 1}"),
        ([(-1, 0)], "unit -1 is out of range"),
        ([(2, 2)], "unit 2 cannot be swapped with itself"),
        ([(0, 1), (1, 2)], "unit 1 is in more than one pair"),
        ([(0, 1), (1, 0)], "unit 0 is in more than one pair"),
        ([(0, 1, 2)], "is not a pair of unit indices"),
        ([(0.5, 1)], "is not a pair of unit indices"),
        ([3], "is not a pair of unit indices"),
    ],
)
def test_pairs_that_are_refused(pairs: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message) as refusal:
        SYMMETRY.swap(LAYER, pairs)
    assert LAYER in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_network_without_layers_says_so() -> None:
    with pytest.raises(ValueError, match="no layer '0' whose outputs can be permuted; the network has none"):
        Symmetry.derive(torch.nn.Linear(4, 2), torch.rand(2, 4)).swap("0", [(0, 1)])


@pytest.mark.parametrize("layer", ["fc", "bn1", "nothing", ""])
def test_layers_that_cannot_be_permuted_are_refused(layer: str) -> None:
    message = f"no layer {layer!r} whose outputs can be permuted; there are conv1"
    with pytest.raises(ValueError, match=message):
        SYMMETRY.swap(layer, [(0, 1)])
    with pytest.raises(ValueError, match=message):
        SYMMETRY.slices(layer, [0])


@pytest.mark.parametrize(
    ("perms", "message"),
    [
        ({"nothing": torch.arange(2)}, "no group 'nothing'"),
        ({LAYER: torch.zeros(UNITS, dtype=torch.long)}, "not a permutation of its 8 units"),
        ({LAYER: torch.arange(UNITS + 1)}, "not a permutation"),
        ({LAYER: torch.arange(UNITS).double()}, "not a permutation"),
    ],
)
def test_what_is_no_permutation_is_refused(perms: dict[str, Tensor], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SYMMETRY.apply(STATE, perms)
    with pytest.raises(ValueError, match=message):
        SYMMETRY.invert(perms)
    with pytest.raises(ValueError, match=message):
        SYMMETRY.compose({}, perms)


def test_a_state_that_does_not_fit_is_refused() -> None:
    missing = {key: tensor for key, tensor in STATE.items() if key != "bn1.bias"}
    with pytest.raises(ValueError, match=r"the state has no 'bn1\.bias'"):
        SYMMETRY.apply(missing, {})
    with pytest.raises(ValueError, match=r"bn1.bias has shape \(5,\) instead of \(4,\)"):
        SYMMETRY.apply({**STATE, "bn1.bias": torch.zeros(5)}, {})
