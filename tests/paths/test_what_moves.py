"""A path moves the parameters that require gradients; buffers and frozen parameters follow the straight line."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.measures import bend_displacement, displacement, layer_distances, layer_sizes
from mode_connectivity.models import trained_parameters
from mode_connectivity.paths import Bezier, Linear, fit, linear_bends, perturbed_bends, sphere_bends
from mode_connectivity.training import Recipe, train_endpoint
from support.small_networks import state_of, stripe_batches

LOADER = [(torch.randn(12, 5, generator=named_generator(k, "inputs")), torch.arange(12) % 3) for k in range(3)]
RECIPE = Recipe(epochs=2, batch_size=16, learning_rate=0.05)


class Scaled(nn.Module):
    """Scales its inputs by registered buffers, and holds a frozen layer and one with a spectral norm."""

    mean: Tensor
    std: Tensor

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.register_buffer("mean", torch.full((5,), 0.5))
        self.register_buffer("std", torch.full((5,), 0.25))
        self.frozen = nn.Linear(5, 8)
        self.normed = spectral_norm(nn.Linear(8, 8))
        self.norm = nn.BatchNorm1d(8)
        self.head = nn.Linear(8, 3)
        self.frozen.requires_grad_(False)

    def forward(self, rows: Tensor) -> Tensor:
        hidden = torch.relu(self.frozen((rows - self.mean) / self.std))
        logits: Tensor = self.head(torch.relu(self.norm(self.normed(hidden))))
        return logits


START, OTHER = state_of(Scaled(0)), state_of(Scaled(1))
END = OTHER | {name: tensor for name, tensor in START.items() if name.startswith("frozen")}
MOVING = {"normed.bias", "normed.parametrizations.weight.original", "norm.weight", "norm.bias"}
MOVING |= {"head.weight", "head.bias"}
REST = [name for name in START if name not in MOVING and not name.endswith("num_batches_tracked")]


def test_parameters_that_require_gradients_are_named_once() -> None:
    model = Scaled()
    assert set(trained_parameters(model)) == MOVING
    model.head.requires_grad_(False)
    assert set(trained_parameters(model)) == MOVING - {"head.weight", "head.bias"}
    assert trained_parameters(model, ["norm.bias", "mean"]) == ["norm.bias"]


@pytest.mark.parametrize("end", [END, OTHER], ids=["equal", "apart"])
def test_fit_leaves_all_else_on_the_straight_line(end: dict[str, Tensor]) -> None:
    start = {name: tensor + 0.1 if name in ("mean", "frozen.bias") else tensor for name, tensor in START.items()}
    off = {
        name: tensor + 1 if tensor.is_floating_point() else tensor
        for name, tensor in linear_bends(start, end)[0].items()
    }
    fitted = fit(Scaled(), Bezier([start, off, end]), LOADER, epochs=3, learning_rate=0.05, weight_decay=1e-2)
    assert set(fitted.parameters) == MOVING
    bend, line = fitted.controls[1], Linear(start, end)
    for name in REST:
        assert torch.equal(bend[name], line.at(0.5)[name]), name
        assert torch.allclose(fitted.at(0.3)[name], line.at(0.3)[name], rtol=1e-6, atol=1e-7), name
    assert all((bend[name] != off[name]).any() for name in MOVING)


def test_distances_tell_what_moves_and_the_rest_apart() -> None:
    fitted = fit(Scaled(), Bezier.between(START, END), LOADER, epochs=2, learning_rate=0.05)
    distances = layer_distances(fitted, [0, 0.5, 1])
    assert distances.layers == ("normed", "normed.parametrizations.weight", "norm", "head")
    assert layer_sizes(fitted).tolist() == [8, 64, 16, 27]
    assert set(displacement(fitted)) == MOVING
    assert (bend_displacement(fitted) > 0).all()
    line = Linear(START, OTHER, parameters=trained_parameters(Scaled()))
    assert layer_distances(line, [1.0]).layers == distances.layers
    rest = layer_distances(line, [0, 1], [name for name, _ in Scaled().frozen.named_parameters("frozen")] + ["mean"])
    assert rest.layers == ("(root)", "frozen")
    moved = torch.cat([(OTHER[f"frozen.{part}"] - START[f"frozen.{part}"]).flatten() for part in ("weight", "bias")])
    assert rest.raw_l2[1].tolist() == pytest.approx([0, float(moved.double().norm())], rel=1e-6)
    for name, why in (("norm.num_batches_tracked", "whole numbers"), ("tail", "not in the state")):
        with pytest.raises(ValueError, match=f"cannot count {name}, .*{why}"):
            line.counting([name])


def test_the_vectors_of_a_spectral_norm_are_no_parameters_by_their_names() -> None:
    older = nn.utils.spectral_norm(nn.Linear(3, 3))
    for model, layers in ((Scaled(), None), (older, ("(root)",))):
        state = state_of(model)
        counted = Linear(state, state).parameters
        assert not [name for name in counted if name.endswith(("_u", "_v", "running_mean"))]
        if layers is not None:
            assert set(counted) == {"bias", "weight_orig"}


@pytest.mark.parametrize(
    "bends",
    [
        lambda names: sphere_bends(START, OTHER, 0.5, parameters=names),
        lambda names: perturbed_bends(START, OTHER, 0.5, named_generator(0, "start"), parameters=names),
    ],
    ids=["sphere", "perturbed"],
)
def test_starts_of_a_bend_move_the_parameters_alone(bends: Callable[[list[str]], list[dict[str, Tensor]]]) -> None:
    (bend,), (straight,) = bends(trained_parameters(Scaled())), linear_bends(START, OTHER)
    assert all(torch.equal(bend[name], straight[name]) for name in REST)
    assert all((bend[name] != straight[name]).any() for name in MOVING if (straight[name] != 0).any())


def test_an_endpoint_leaves_frozen_parameters_and_buffers() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(192, 8), nn.ReLU(), nn.Linear(8, 4))
    model[1].requires_grad_(False)
    start = state_of(model)
    reached, _ = train_endpoint(model, start, stripe_batches(), RECIPE, Precision())
    moved = {name for name in start if not torch.equal(start[name], reached[name])}
    assert moved == {"3.weight", "3.bias"}


def test_a_model_without_anything_to_train_is_refused() -> None:
    model = Scaled().requires_grad_(False)
    with pytest.raises(ValueError, match="none of the path's tensors is a parameter of the model that requires grad"):
        fit(model, Bezier.between(START, END), LOADER, epochs=1, learning_rate=0.1)


def test_unused_parameters_stay_where_the_bend_starts() -> None:
    unused = _WithUnused()
    start, end = state_of(unused), {n: t + 0.3 * torch.ones_like(t) for n, t in state_of(unused).items()}
    fitted = fit(unused, Bezier.between(start, end), LOADER, epochs=2, learning_rate=0.05, weight_decay=0.1)
    straight = Linear(start, end).at(0.5)
    assert torch.equal(fitted.controls[1]["spare.weight"], straight["spare.weight"])
    assert not torch.equal(fitted.controls[1]["used.weight"], straight["used.weight"])


class _WithUnused(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.used, self.spare = nn.Linear(5, 3), nn.Linear(5, 3)

    def forward(self, rows: Tensor) -> Tensor:
        logits: Tensor = self.used(rows)
        return logits


class Tied(nn.Module):
    """A head that shares the weight of the embedding."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.embedding, self.middle, self.head = nn.Embedding(6, 5), nn.Linear(5, 5), nn.Linear(5, 6, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, tokens: Tensor) -> Tensor:
        logits: Tensor = self.head(torch.tanh(self.middle(self.embedding(tokens))))
        return logits


TOKENS = [(torch.arange(12) % 6, (torch.arange(12) + 1) % 6)]


def test_a_tied_tensor_is_one_leaf_and_a_bend_holds_it_under_both_names() -> None:
    """By hand: one parameter under one name, its gradient the sum of those of both uses."""
    start, end = state_of(Tied(0)), state_of(Tied(1))
    fitted = fit(Tied(), Bezier.between(start, end), TOKENS, epochs=4, learning_rate=0.1, clip_norm=0.01)
    bend = fitted.controls[1]
    assert set(bend) == set(start)
    assert torch.equal(bend["embedding.weight"], bend["head.weight"])
    assert bend["embedding.weight"].data_ptr() != bend["head.weight"].data_ptr()
    assert set(fitted.parameters) == {"embedding.weight", "middle.weight", "middle.bias"}
    assert layer_distances(fitted, [0.5]).layers == ("embedding", "middle")
    for gone in ("head.weight", "embedding.weight"):
        one, other = ({name: tensor for name, tensor in end.items() if name != gone} for end in (start, end))
        alone = fit(Tied(), Bezier.between(one, other), TOKENS, epochs=4, learning_rate=0.1, clip_norm=0.01).controls[1]
        assert set(alone) == set(start) - {gone}
        assert all(torch.allclose(tensor, bend[name], rtol=0, atol=1e-7) for name, tensor in alone.items())


def test_tied_tensors_that_differ_are_refused() -> None:
    start, end = state_of(Tied(0)), state_of(Tied(1))
    end["head.weight"] = end["head.weight"] + 1
    with pytest.raises(ValueError, match=r"control point 1 differs in embedding\.weight and head\.weight"):
        fit(Tied(), Bezier.between(start, end), TOKENS, epochs=1, learning_rate=0.1)
