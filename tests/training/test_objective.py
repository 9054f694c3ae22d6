"""A model is called on what its batches hold; its loss is cross entropy of classes, or a line says what is missing."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from torch.nn.utils.rnn import pack_sequence

from mode_connectivity.training.objective import are_classes, class_loss, mean_loss, output_of, read, right_answers

X, LABELS = torch.randn(6, 5, generator=torch.Generator().manual_seed(0)), torch.arange(6) % 3


class Weighted(nn.Module):
    """(x, scale) -> x W, times the scale."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.eye(5))

    def forward(self, x: Tensor, scale: Tensor | None = None) -> Tensor:
        return x @ self.weight * (1 if scale is None else scale)


def test_inputs_are_a_tensor_positional_or_keyword_arguments() -> None:
    model, state, scale = Weighted(), {"weight": 2 * torch.eye(5)}, torch.full((6, 1), 3.0)
    assert torch.equal(output_of(model, state, X), 2 * X)
    for inputs in ((X, scale), [X, scale], {"scale": scale, "x": X}):
        assert torch.equal(output_of(model, state, inputs), 6 * X)
    assert torch.equal(model.weight, torch.eye(5))


def test_a_packed_sequence_is_one_argument() -> None:
    packed = pack_sequence([torch.ones(3, 4), torch.ones(2, 4)])
    model = nn.GRU(4, 2)
    assert torch.equal(output_of(model, model.state_dict(), packed).data, model(packed)[0].data)


def test_what_is_scored_is_read_from_tuples_and_logits() -> None:
    whole = {"mean": X}
    for output in (X, (X, None), [X], ((X,), 1), SimpleNamespace(logits=X), {"logits": X}, ({"logits": X}, 2)):
        assert read(output) is X
    assert read(whole) is whole


class Tied(nn.Module):
    """An embedding whose weight is that of the head, and a module under two names."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.head = nn.Embedding(7, 4), nn.Linear(4, 7, bias=False)
        self.head.weight = self.embed.weight
        self.first = self.second = nn.Linear(4, 4)

    def forward(self, tokens: Tensor) -> Tensor:
        logits: Tensor = self.head(self.second(self.first(self.embed(tokens))))
        return logits


@pytest.mark.parametrize("left_out", [(), ("head.weight", "second.bias"), ("embed.weight", "first.weight")])
def test_tied_weights_stand_under_one_name_or_each(left_out: tuple[str, ...]) -> None:
    """A point of a path holds equal tensors under both names, which torch's own call refuses."""
    model, other = Tied(), Tied()
    tokens = torch.arange(7)[None]
    state = {name: tensor.clone() for name, tensor in other.state_dict().items() if name not in left_out}
    mine = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    assert torch.equal(output_of(model, state, tokens), other(tokens))
    assert all(torch.equal(tensor, mine[name]) for name, tensor in model.state_dict().items())
    assert all(isinstance(tensor, nn.Parameter) for tensor in model.parameters())


def test_a_name_that_the_model_lacks_is_refused() -> None:
    """Torch's own call leaves it out, and so gives the model's own output."""
    with pytest.raises(ValueError, match=r"no tensor called module\.weight"):
        output_of(Weighted(), {"module.weight": torch.eye(5)}, X)


def test_the_loss_of_classes_is_cross_entropy_to_the_bit() -> None:
    for labels in (LABELS, LABELS.int(), LABELS.to(torch.uint8)):
        assert torch.equal(class_loss(X, labels), cross_entropy(X, LABELS))
    assert class_loss(X.double(), LABELS).dtype == torch.float64
    assert torch.equal(class_loss(X.bfloat16(), LABELS), cross_entropy(X.bfloat16().float(), LABELS))
    assert right_answers(X, LABELS) == (X.argmax(1) == LABELS).sum()


OTHERS: dict[str, tuple[Any, Any]] = {
    "regression": (X[:, :1], X[:, 1:2]),
    "one output": (X[:, :1], LABELS),
    "one-hot": (X[:, :3], nn.functional.one_hot(LABELS, 3)),
    "float labels": (X, LABELS.float()),
    "segmentation": (torch.zeros(6, 5, 2, 2), torch.zeros(6, 2, 2, dtype=torch.long)),
    "tokens": (torch.zeros(6, 4, 3), torch.zeros(6, 4, dtype=torch.long)),
    "as many labels as classes": (torch.zeros(6, 4), torch.zeros(4, dtype=torch.long)),
    "whole-number outputs": (LABELS[:, None].expand(6, 2), LABELS),
    "a dict": ({"mean": X}, LABELS),
}


@pytest.mark.parametrize("case", OTHERS)
def test_anything_else_is_refused_by_what_came(case: str) -> None:
    outputs, targets = OTHERS[case]
    assert not are_classes(outputs, targets)
    assert right_answers(outputs, targets) is None
    shape = str(tuple(targets.shape)).replace("(", r"\(").replace(")", r"\)")
    with pytest.raises(ValueError, match=rf"needs .*\(N, C\).*targets {shape}.*loss=") as refused:
        mean_loss(None, outputs, targets)
    assert "\n" not in str(refused.value)


def test_a_label_of_no_class_is_refused() -> None:
    with pytest.raises(ValueError, match=r"labels must lie in 0 to 4.*\(6, 5\)"):
        class_loss(X, LABELS + 4)


def test_a_loss_of_ones_own_may_be_a_mean_or_values() -> None:
    outputs, targets = OTHERS["regression"]
    mean = mean_loss(mse_loss, outputs, targets)
    assert torch.equal(mean, mse_loss(outputs, targets))
    values = mean_loss(lambda o, t: mse_loss(o, t, reduction="none"), outputs, targets)
    assert values.shape == ()
    assert torch.allclose(values, mean)
    many = (X[:, :3], nn.functional.one_hot(LABELS, 3).float())
    assert torch.isfinite(mean_loss(binary_cross_entropy_with_logits, *many))
