"""Losses and metrics of one's own, on the outputs that such networks have; each figure is computed again by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss

from mode_connectivity.data.sets import examples
from mode_connectivity.measures import score, sweep, sweep_grid
from mode_connectivity.paths import Linear
from support.small_networks import state_of

TS = np.linspace(0, 1, 5)


def draws(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


class Tokens(nn.Module):
    """A causal language model of a sort: (N, T) tokens to logits (N, T, 11), as keyword and with `logits`."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.mix, self.head = nn.Embedding(11, 6), nn.Linear(6, 6), nn.Linear(6, 11)
        self.head.weight = nn.Parameter(torch.randn(11, 6))

    def forward(self, input_ids: Tensor, scale: Tensor | None = None) -> dict[str, Tensor]:
        hidden = torch.relu(self.mix(self.embed(input_ids).cumsum(1)))
        return {"hidden": hidden, "logits": self.head(hidden) * (1 if scale is None else scale[:, None, None])}


def next_token(logits: Tensor, tokens: Tensor) -> Tensor:
    """One value a token that has a next one."""
    return cross_entropy(logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten(), reduction="none")


TOKENS = torch.randint(11, (10, 7), generator=torch.Generator().manual_seed(1))
CASES: dict[str, tuple[Callable[[], nn.Module], list[Any], Callable[[Any, Any], Tensor]]] = {
    "regression": (lambda: nn.Linear(5, 1), [(draws(8, 5), draws(8, 1)), (draws(3, 5), draws(3, 1))], mse_loss),
    "multi-label": (
        lambda: nn.Linear(5, 3),
        [(draws(8, 5), (draws(8, 3) > 0).float()), (draws(3, 5), (draws(3, 3) > 0).float())],
        binary_cross_entropy_with_logits,
    ),
    "segmentation": (
        lambda: nn.Conv2d(3, 4, 3, padding=1),
        [(draws(n, 3, 6, 6), torch.randint(4, (n, 6, 6))) for n in (5, 2)],
        cross_entropy,
    ),
    "language model": (Tokens, [{"input_ids": each, "labels": each} for each in (TOKENS[:8], TOKENS[8:])], next_token),
}


def by_hand(model: nn.Module, batches: list[Any], loss: Callable[[Any, Any], Tensor]) -> float:
    """The mean over all examples at once, in float64."""
    model.double().eval()
    if isinstance(batches[0], dict):
        whole = torch.cat([batch["labels"] for batch in batches])
        return float(loss(model(whole)["logits"].detach(), whole).mean())
    inputs, targets = (torch.cat([batch[k] for batch in batches]) for k in (0, 1))
    return float(loss(model(inputs.double()).detach(), targets.double() if targets.is_floating_point() else targets))


@pytest.mark.parametrize("case", CASES)
def test_a_loss_of_ones_own_is_its_mean_over_all_examples(case: str) -> None:
    made, batches, loss = CASES[case]
    torch.manual_seed(0)
    model, first, second = made(), made(), made()
    path = Linear(state_of(first), state_of(second))
    profile = sweep(model, path, TS, {"train": batches}, loss=loss)["train"]
    for end, place in ((first, 0), (second, -1)):
        assert profile.loss[place] == pytest.approx(by_hand(end, batches, loss), rel=1e-5)
    assert profile.accuracy is profile.error is None
    assert profile.ts is not None
    assert np.array_equal(profile.ts, TS)
    line = profile.loss[0] + TS * (profile.loss[-1] - profile.loss[0])
    assert profile.barrier() == pytest.approx(max(profile.loss - line))


@pytest.mark.parametrize("case", CASES)
def test_without_a_loss_they_are_refused_by_shape(case: str) -> None:
    made, batches, _ = CASES[case]
    model = made()
    with pytest.raises(ValueError, match=r"\(N, C\).*loss="):
        score(model, state_of(model), batches)


def test_named_metrics_are_means_or_count_every_value() -> None:
    """A mean counts as often as its batch has examples; a tensor of values counts each of them once."""
    made, batches, loss = CASES["regression"]
    model = made()
    metrics = {
        "mean": lambda outputs, targets: (outputs - targets).abs().mean(),
        "values": lambda outputs, targets: (outputs - targets).abs(),
        "number": lambda outputs, targets: float((outputs - targets).abs().mean()),
        "right sign": lambda outputs, targets: (outputs > 0) == (targets > 0),
    }
    found = score(model, state_of(model), batches, loss=loss, metrics=metrics).metrics
    outputs, targets = (torch.cat(each) for each in zip(*[(model(x).detach(), y) for x, y in batches], strict=True))
    wanted = float((outputs - targets).abs().mean())
    assert [found[name] for name in ("mean", "values", "number")] == pytest.approx([wanted] * 3, rel=1e-6)
    assert found["right sign"] == float(((outputs > 0) == (targets > 0)).double().mean())
    at = lambda x, y: {name: x * tensor + y for name, tensor in state_of(model).items()}  # noqa: E731
    grid = sweep_grid(model, at, np.array([0.5, 1.0]), np.zeros(1), {"s": batches}, loss=loss, metrics=metrics)["s"]
    assert grid.metrics["mean"].shape == grid.loss.shape == (1, 2)
    assert grid.metrics["mean"][0, 1] == found["mean"]
    with pytest.raises(ValueError, match="barrier"):
        grid.barrier()


def test_accuracy_stays_where_it_is_defined() -> None:
    model, inputs, labels = nn.Linear(5, 3), draws(9, 5), torch.arange(9) % 3
    smoothed = nn.CrossEntropyLoss(label_smoothing=0.1)
    found = score(model, state_of(model), [(inputs, labels)], loss=smoothed)
    assert found.loss == pytest.approx(float(smoothed(model(inputs), labels).detach()))
    assert found.accuracy == float((model(inputs).argmax(1) == labels).double().mean())


def test_a_label_that_is_left_out_counts_neither_in_loss_nor_in_accuracy() -> None:
    model, inputs, labels = nn.Linear(5, 3), draws(9, 5), torch.arange(9) % 3
    labels[4:] = -100
    whole, kept = (score(model, state_of(model), [b]) for b in ((inputs, labels), (inputs[:4], labels[:4])))
    assert whole.loss == pytest.approx(kept.loss, rel=1e-6)
    assert whole.accuracy == kept.accuracy


class TwoInputs(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.left, self.right = nn.Linear(5, 3), nn.Linear(2, 3)

    def forward(self, a: Tensor, b: Tensor) -> tuple[Tensor, str]:
        return self.left(a) + self.right(b), "more"


def test_loaders_of_triples_and_dicts_give_the_same_profile() -> None:
    a, b, labels = draws(9, 5), draws(9, 2), torch.arange(9) % 3
    model = TwoInputs()
    path = Linear(state_of(TwoInputs()), state_of(TwoInputs()))
    forms: list[Any] = [
        (a, b, labels),
        ((a, b), labels),
        ({"b": b, "a": a}, labels),
        {"a": a, "b": b, "labels": labels},
    ]
    losses = [sweep(model, path, TS, {"s": [form]})["s"].loss for form in forms]
    model.load_state_dict(path.at(0.5))
    assert losses[0][2] == pytest.approx(float(cross_entropy(model(a, b)[0], labels).detach()))
    assert all(np.array_equal(losses[0], each) for each in losses)
    assert [examples(each) for each in (labels, (a, b))] == [9, 9]


def test_a_state_with_foreign_names_is_refused_instead_of_scoring_the_models_own_weights() -> None:
    model = nn.Linear(5, 3)
    state = {f"module.{name}": tensor for name, tensor in state_of(model).items()}
    with pytest.raises(ValueError, match=r"no tensor called module\.weight"):
        score(model, state, [(draws(4, 5), torch.arange(4) % 3)])
