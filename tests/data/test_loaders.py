"""A batch of any usual form gives its inputs and targets, and reaches the device whole."""

from collections import UserDict
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_sequence
from torch.utils.data import DataLoader, TensorDataset

from mode_connectivity.data.sets.loaders import OnDevice, examples, inputs_and_targets, on_device

A, B, Y = torch.zeros(4, 3), torch.ones(4, 2), torch.arange(4)


def test_pairs_longer_tuples_and_dicts_give_inputs_and_targets() -> None:
    assert inputs_and_targets((A, Y)) == (A, Y)
    assert inputs_and_targets([(A, B), Y]) == ((A, B), Y)
    assert inputs_and_targets((A, B, Y)) == ((A, B), Y)
    assert inputs_and_targets(({"x": A}, Y)) == ({"x": A}, Y)
    assert inputs_and_targets({"x": A, "labels": Y}) == ({"x": A}, Y)
    assert inputs_and_targets(UserDict(x=A, labels=Y)) == ({"x": A}, Y)


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        (torch.zeros(2, 3), "got a Tensor"),
        ((A,), "got a tuple of 1"),
        ({"x": A, "y": Y}, "it has x, y"),
        ({"labels": Y}, "needs inputs"),
    ],
)
def test_a_batch_without_targets_is_refused_in_one_line(batch: Any, message: str) -> None:
    """A tensor of two rows is not a pair."""
    with pytest.raises(ValueError, match=message) as refused:
        inputs_and_targets(batch)
    assert "\n" not in str(refused.value)


def test_a_loader_of_triples_comes_as_a_tuple_of_inputs() -> None:
    loader = DataLoader(TensorDataset(A, B, Y), batch_size=3)
    batches = OnDevice(loader, torch.device("cpu"))
    inputs, targets = next(iter(batches))
    assert [each.shape for each in inputs] == [(3, 3), (3, 2)]
    assert targets.tolist() == [0, 1, 2]
    assert len(batches) == 2


def test_tensors_move_wherever_they_stand() -> None:
    packed = pack_sequence([torch.zeros(3, 2), torch.zeros(1, 2)])
    moved = on_device({"x": [A, (B, None)], "n": 3, "packed": packed}, torch.device("meta"))
    assert moved["x"][0].device.type == moved["x"][1][0].device.type == "meta"
    assert (moved["x"][1][1], moved["n"]) == (None, 3)
    assert isinstance(moved["packed"], PackedSequence)
    assert moved["packed"].data.device.type == "meta"


def test_examples_are_counted_on_the_first_tensor() -> None:
    assert [examples(each) for each in (Y, (A, B), {"n": 3, "x": [B]})] == [4, 4, 4]
    unsized: list[Any] = [None, torch.zeros(()), {}]
    for nothing in unsized:
        with pytest.raises(ValueError, match="how many examples"):
            examples(nothing)


def test_our_own_tensors_are_not_copied_where_they_lie() -> None:
    pair: list[tuple[Tensor, Tensor]] = [(A, Y)]
    assert next(iter(OnDevice(pair, A.device)))[0] is A
