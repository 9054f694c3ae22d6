"""A training interrupted anywhere goes on to the bits of one that never was."""

import io
import re
import sys
from collections.abc import Callable
from dataclasses import asdict

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from mode_connectivity.data.sets import Augmentation, Scaling, TrainingBatches
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.paths import Bezier, linear_bends
from mode_connectivity.paths.fitting import fit_bends
from mode_connectivity.training import Epoch, Keeper, Recipe, Snapshot, train_endpoint
from support.interruptions import Interrupted, Memory, until_done
from support.small_networks import state_of, stripes

RECIPE = Recipe(epochs=4, batch_size=16, learning_rate=0.05, weight_decay=1e-3, schedule="one_cycle", clip_norm=1.0)
STEPS = 4 * 6
Result = tuple[list[dict[str, Tensor]], list[Epoch]]
Training = Callable[[Keeper | None, Recipe], Result]


def net(seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, stride=2, padding=1),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(6 * 16, 8),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(8, 4),
    )


def batches() -> TrainingBatches:
    images = stripes()
    augmentation = Augmentation(crop_padding=1, flip=True)
    return TrainingBatches(
        images, 16, Scaling.of(images), augmentation, named_generator(0, "order"), named_generator(0, "augmentation")
    )


def endpoint(keeper: Keeper | None, recipe: Recipe = RECIPE) -> Result:
    model = net()
    start = state_of(model)
    torch.manual_seed(7)
    state, history = train_endpoint(model, start, batches(), recipe, Precision(), keeper=keeper)
    return [state], history


def curve(keeper: Keeper | None, recipe: Recipe = RECIPE) -> Result:
    ends = [state_of(net(seed)) for seed in (0, 1)]
    path = Bezier([ends[0], *linear_bends(ends[0], ends[1], 2), ends[1]])
    mask = {name: torch.tensor(True) for name in ends[0] if not name.startswith("7")}
    mask["4.weight"] = (torch.arange(8) % 2 == 0).view(-1, 1)
    model = net()
    torch.manual_seed(7)
    t = named_generator(0, "t")
    return fit_bends(model, path, batches(), recipe, Precision(), t, mask=mask, keeper=keeper)


def same(first: Result, second: Result) -> bool:
    return first[1] == second[1] and all(
        list(a) == list(b) and all(torch.equal(tensor, b[name]) for name, tensor in a.items())
        for a, b in zip(first[0], second[0], strict=True)
    )


UNINTERRUPTED: dict[Training, Result] = {training: training(None, RECIPE) for training in (endpoint, curve)}


@pytest.mark.parametrize("training", [endpoint, curve])
@settings(max_examples=12, deadline=None)
@given(stops=st.sets(st.integers(1, STEPS), min_size=1, max_size=4), every=st.integers(1, 9))
@example(stops={6, 12}, every=1)
@example(stops={STEPS}, every=1)
@example(stops={1, 7, 23}, every=5)
def test_interrupted_after_any_step_the_bits_are_the_same(training: Training, stops: set[int], every: int) -> None:
    keeper = Memory(stops, every)
    assert same(until_done(lambda: training(keeper, RECIPE)), UNINTERRUPTED[training])
    assert not keeper.stops


def test_keeping_changes_nothing_and_a_finished_training_is_not_repeated() -> None:
    keeper = Memory(set())
    assert same(endpoint(keeper), UNINTERRUPTED[endpoint])
    assert keeper.steps == STEPS
    assert same(endpoint(keeper), UNINTERRUPTED[endpoint])
    assert keeper.steps == STEPS
    assert keeper.kept is not None
    assert keeper.kept.position["history"] == [asdict(epoch) for epoch in UNINTERRUPTED[endpoint][1]]


@pytest.mark.parametrize("training", [endpoint, curve])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_the_state_holds_all_that_training_changes(training: Training, momentum: float) -> None:
    recipe = Recipe(**{**asdict(RECIPE), "momentum": momentum})
    keeper = Memory({9})
    with pytest.raises(Interrupted):
        training(keeper, recipe)
    assert keeper.kept is not None
    names = {name.partition(".")[0] for name in keeper.kept.tensors}
    assert names == {"leaf", "generator", "losses", "right"} | ({"carried"} if training is endpoint else set()) | (
        {"velocity"} if momentum else set()
    )
    generators = {name for name in keeper.kept.tensors if name.startswith("generator")}
    own = {"generator.t"} if training is curve else set()
    assert generators == {"generator.order", "generator.augmentation", "generator.global"} | own
    assert len(keeper.kept.tensors["losses"]) == 3
    if training is endpoint:
        assert keeper.kept.tensors["carried.1.num_batches_tracked"] == 9
    assert same(until_done(lambda: training(keeper, recipe)), training(None, recipe))


@pytest.mark.parametrize(
    "name",
    ["leaf.0", "velocity.0", "carried.1.running_var", "losses", "right"]
    + [f"generator.{name}" for name in ("order", "augmentation", "global")],
)
def test_each_part_of_the_state_matters(name: str) -> None:
    """Whatever part is lost, the result is another: none is there for nothing, and the tests above can fail."""
    keeper = Memory({9})
    with pytest.raises(Interrupted):
        endpoint(keeper)
    assert keeper.kept is not None
    tensor = keeper.kept.tensors[name]
    keeper.kept.tensors[name] = named_generator(5, "lost").get_state() if "generator" in name else tensor * 0
    assert not same(endpoint(keeper), UNINTERRUPTED[endpoint])


def test_velocities_keep_their_layout_in_memory() -> None:
    """The gradient of a convolution can be channels-last, and a velocity laid out otherwise may round otherwise."""
    keeper = Memory({9})
    with pytest.raises(Interrupted):
        endpoint(keeper)
    assert keeper.kept is not None
    strides = keeper.kept.position["strides"]["0"]
    tensors = {name: tensor.contiguous() for name, tensor in keeper.kept.tensors.items()}
    keeper.kept = Snapshot(tensors, keeper.kept.position)
    keeper.stops = {10}
    with pytest.raises(Interrupted):
        endpoint(keeper)
    assert keeper.kept.position["strides"]["0"] == strides


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_shows_loss_accuracy_and_time_left_from_where_the_training_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keeper = Memory({13})
    with pytest.raises(Interrupted):
        endpoint(keeper)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    endpoint(keeper)
    first, *_, last = terminal.getvalue().split("\r")[1:]
    second = UNINTERRUPTED[endpoint][1][1]
    assert " 13/24 " in first
    assert re.search(r" 24/24 \[\d\d:\d\d<\d\d:\d\d, .*step", last)
    history = UNINTERRUPTED[endpoint][1][-1]
    assert f"accuracy={history.accuracy:.1%}, loss={history.loss:.4f}" in last
    assert f"accuracy={second.accuracy:.1%}, loss={second.loss:.4f}" in terminal.getvalue()


def test_an_epoch_taken_up_again_has_the_batches_that_were_left() -> None:
    whole, rest = batches(), batches()
    expected = list(whole)
    again = list(rest.epoch(skip=4))
    assert len(again) == 2
    for (_, labels), (_, others) in zip(expected[4:], again, strict=True):
        assert torch.equal(labels, others)
