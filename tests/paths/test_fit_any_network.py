"""A path is fitted for the network, the batches and the loss that one has, or refused in a line."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss

from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.measures import sweep
from mode_connectivity.models import build, format_that_runs, memory_format
from mode_connectivity.paths import Bezier, Path, fit
from mode_connectivity.training import Epoch
from support.small_networks import LeNet, small_net, state_of

CLASSES = torch.arange(12) % 3


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=named_generator(seed, "drawn"))


def between(build: Callable[[], nn.Module]) -> Bezier:
    torch.manual_seed(0)
    return Bezier.between(state_of(build()), state_of(build()))


def moved(path: Path, fitted: Path) -> set[str]:
    bend, straight = fitted.controls[1], path.controls[1]
    return {name for name, tensor in bend.items() if not torch.equal(tensor, straight[name])}


def by_class(outputs: Tensor, targets: Tensor) -> Tensor:
    return cross_entropy(outputs.movedim(-1, 1), targets)


TASKS: dict[str, tuple[Callable[[], nn.Module], Tensor, Tensor, Callable[[Any, Any], Tensor]]] = {
    "regression": (lambda: nn.Linear(5, 1), drawn(12, 5), drawn(12, 1, seed=1), mse_loss),
    "multi-label": (
        lambda: nn.Linear(5, 4),
        drawn(12, 5),
        drawn(12, 4).gt(0).float(),
        binary_cross_entropy_with_logits,
    ),
    "segmentation": (
        lambda: nn.Conv2d(3, 4, 3, padding=1),
        drawn(6, 3, 8, 8),
        drawn(6, 8, 8).gt(0).long(),
        cross_entropy,
    ),
    "tokens": (
        lambda: nn.Sequential(nn.Embedding(7, 5), nn.Linear(5, 7)),
        CLASSES.view(4, 3),
        CLASSES.view(4, 3),
        by_class,
    ),
}


@pytest.mark.parametrize("task", list(TASKS))
def test_a_loss_of_ones_own_is_minimised(task: str) -> None:
    build, inputs, targets, loss = TASKS[task]
    path, seen = between(build), list[Epoch]()
    fitted = fit(build(), path, [(inputs, targets)] * 3, epochs=8, learning_rate=0.1, loss=loss, on_epoch=seen.append)
    assert moved(path, fitted) == set(path.controls[0])
    ends = [
        float(loss(torch.func.functional_call(build(), each.at(0.5), (inputs,)), targets)) for each in (path, fitted)
    ]
    assert ends[1] < ends[0]
    assert len(seen) == 8
    assert seen[-1].loss < seen[0].loss
    assert all(np.isnan(epoch.accuracy) for epoch in seen)


@pytest.mark.parametrize("task", ["regression", "multi-label", "segmentation", "tokens"])
def test_without_a_loss_other_outputs_than_classes_are_refused_in_a_line(task: str) -> None:
    build, inputs, targets, _ = TASKS[task]
    with pytest.raises(
        ValueError, match=r"needs .*outputs \(N, C\).* labels \(N,\); got outputs \(.*targets \(.*loss="
    ):
        fit(build(), between(build), [(inputs, targets)], epochs=1, learning_rate=0.1)


class Pair(nn.Module):
    """Takes two inputs by place or name, and returns its logits in a form of `kind`."""

    def __init__(self, kind: str = "tensor") -> None:
        super().__init__()
        self.one, self.two, self.kind = nn.Linear(5, 3), nn.Linear(4, 3), kind

    def forward(self, rows: Tensor, more: Tensor) -> Any:
        logits = self.one(rows) + self.two(more)
        return {"tensor": logits, "tuple": (logits, rows), "logits": SimpleNamespace(logits=logits)}[self.kind]


ROWS, MORE = drawn(12, 5), drawn(12, 4)


@pytest.mark.parametrize("kind", ["tensor", "tuple", "logits"])
@pytest.mark.parametrize(
    "batch",
    [
        ((ROWS, MORE), CLASSES),
        ({"more": MORE, "rows": ROWS}, CLASSES),
        (ROWS, MORE, CLASSES),
        {"rows": ROWS, "more": MORE, "labels": CLASSES},
    ],
    ids=["tuple", "dict", "triple", "one dict"],
)
def test_inputs_and_outputs_of_any_form_take_the_same_steps(batch: Any, kind: str) -> None:
    path = between(Pair)
    expected = fit(Pair(), path, [((ROWS, MORE), CLASSES)], epochs=3, learning_rate=0.1)
    fitted = fit(Pair(kind), path, [batch], epochs=3, learning_rate=0.1)
    assert moved(path, expected)
    assert not moved(expected, fitted)


def test_epochs_are_shown_as_they_are_done() -> None:
    path, seen = between(small_net), list[Epoch]()
    loader = [(drawn(8, 3, 8, 8, seed=k), torch.arange(8) % 4) for k in range(2)]
    shown = fit(small_net(), path, loader, epochs=3, learning_rate=0.1, on_epoch=seen.append)
    assert [type(epoch) for epoch in seen] == [Epoch] * 3
    assert 0 <= seen[0].accuracy <= 1
    assert not moved(fit(small_net(), path, loader, epochs=3, learning_rate=0.1), shown)


def test_a_network_that_flattens_with_view_is_fitted_and_swept() -> None:
    path, loader = between(LeNet), [(drawn(8, 3, 32, 32), torch.arange(8) % 4)] * 2
    fitted = fit(LeNet(), path, loader, epochs=5, learning_rate=0.05)
    losses = [sweep(LeNet(), each, [0, 0.5, 1], {"train": loader})["train"].loss for each in (path, fitted)]
    assert losses[1][1] < losses[0][1]


def test_images_lie_channels_last_wherever_the_network_takes_them_so() -> None:
    images, last = drawn(4, 3, 32, 32), torch.channels_last
    before = torch.get_rng_state()
    for model, expected in ((LeNet(), torch.contiguous_format), (build("vgg16", num_classes=4, width=1 / 64), last)):
        model.train()
        torch.set_rng_state(before)
        found = format_that_runs(model, memory_format(model), images, model)
        assert found is expected
        assert all(module.training for module in model.modules())
        assert torch.equal(torch.get_rng_state(), before)


class Failing(nn.Module):
    def forward(self, rows: Tensor) -> Tensor:
        raise ArithmeticError("this network fails")


def test_each_part_keeps_its_mode_after_an_exception_too() -> None:
    model = small_net(0, batch_norm=True)
    model[1].eval()
    modes = [module.training for module in model.modules()]
    loader = [(drawn(8, 3, 8, 8), torch.arange(8) % 4)]
    path = between(lambda: small_net(0, batch_norm=True))
    fit(model, path, loader, epochs=1, learning_rate=0.1)
    assert [module.training for module in model.modules()] == modes
    model.append(Failing())
    with pytest.raises(ArithmeticError):
        fit(model.eval(), path, loader, epochs=1, learning_rate=0.1)
    assert not any(module.training for module in model.modules())
