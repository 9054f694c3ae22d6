"""Fitting with a loader of one's own is fitting with ours, for inputs of any shape, and changes nothing given."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torchvision.models import SwinTransformer, VisionTransformer

from mode_connectivity.data.sets import Scaling
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.measures import layer_distances, sweep
from mode_connectivity.paths import Bezier, Linear, Polygon, fit, linear_bends
from mode_connectivity.paths.fitting import fit_bends
from mode_connectivity.plots import animate
from mode_connectivity.training import Recipe
from support.small_networks import small_net, state_of, stripes

IMAGES = stripes()
INPUTS = Scaling.of(IMAGES).apply(IMAGES.pixels)
LOADER = list(zip(INPUTS.split(16), IMAGES.labels.split(16), strict=True))


def test_it_takes_the_steps_of_our_own_training() -> None:
    start, end = state_of(small_net(0)), state_of(small_net(1))
    path = Bezier([start, *linear_bends(start, end), end])
    before = [{name: t.clone() for name, t in control.items()} for control in path.controls]
    recipe = Recipe(3, 16, 0.05, 0.9, 1e-3, "garipov", 1.0)
    bends, _ = fit_bends(small_net(), path, LOADER, recipe, Precision(), named_generator(4, "curve t"))
    fitted = fit(small_net(), path, LOADER, epochs=3, learning_rate=0.05, weight_decay=1e-3, seed=4)
    assert isinstance(fitted, Bezier)
    for name, tensor in bends[0].items():
        assert torch.equal(fitted.controls[1][name], tensor)
    for control, theirs in zip(path.controls, before, strict=True):
        assert all(torch.equal(control[name], tensor) for name, tensor in theirs.items())


@pytest.mark.parametrize("kind", [Bezier, Polygon])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_model_and_mode_stay_and_the_loss_falls(kind: type[Bezier] | type[Polygon], batch_norm: bool) -> None:
    model = small_net(0, batch_norm).eval()
    kept = state_of(model)
    start, end = state_of(small_net(0, batch_norm)), state_of(small_net(1, batch_norm))
    path = kind([start, *linear_bends(start, end, 2), end])
    loader = DataLoader(TensorDataset(INPUTS, IMAGES.labels), batch_size=16)
    fitted = fit(model, path, loader, epochs=20, learning_rate=0.1)
    assert type(fitted) is kind
    assert not model.training
    assert all(torch.equal(tensor, kept[name]) for name, tensor in state_of(model).items())
    losses = [sweep(model, each, [0.5], {"train": loader})["train"].loss[0] for each in (path, fitted)]
    assert losses[1] < losses[0]
    assert all(torch.equal(tensor, kept[name]) for name, tensor in state_of(model).items())


class Sequences(nn.Module):
    """Attention over a class token that belongs to the root module."""

    def __init__(self) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.randn(1, 1, 8))
        self.attention = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        rows = torch.cat([self.token.expand(len(rows), -1, -1), rows], 1)
        logits: torch.Tensor = self.head(self.attention(rows)[:, 0])
        return logits


@pytest.mark.parametrize(
    ("model", "shape"), [(nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 3)), (5,)), (Sequences(), (4, 8))]
)
def test_inputs_of_any_shape(model: nn.Module, shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    loader = [(torch.randn(12, *shape), torch.arange(12) % 3) for _ in range(3)]
    start = state_of(model)
    end = {name: tensor + 0.3 * torch.randn_like(tensor) for name, tensor in start.items()}
    path = Bezier([start, *linear_bends(start, end), end])
    fitted = fit(model, path, loader, epochs=10, learning_rate=0.05)
    losses = [sweep(model, each, [0.5], {"train": loader})["train"].loss[0] for each in (path, fitted)]
    assert losses[1] < losses[0]


def tiny_vit() -> nn.Module:
    model: nn.Module = VisionTransformer(8, 4, 2, 2, 8, 16, num_classes=3)
    return model


def tiny_swin() -> nn.Module:
    model: nn.Module = SwinTransformer([2, 2], 8, [1, 1], [1, 2], [2, 2], num_classes=3)
    return model


@pytest.mark.parametrize("build", [tiny_vit, tiny_swin])
def test_transformers_are_fitted_swept_and_animated(build: Callable[[], nn.Module], tmp_path: Path) -> None:
    """Those of torchvision, whose class token or position table belongs to no layer of its own."""
    torch.manual_seed(0)
    model = build()
    loader = [(torch.randn(6, 3, 8, 8), torch.arange(6) % 3) for _ in range(2)]
    start, end = state_of(model), state_of(build())
    path = Bezier([start, *linear_bends(start, end), end])
    fitted = fit(model, path, loader, epochs=10, learning_rate=0.05)
    losses = [sweep(model, each, [0.5], {"train": loader})["train"].loss[0] for each in (path, fitted)]
    assert losses[1] < losses[0]
    distances = layer_distances(fitted, [0, 0.5, 1])
    assert set(distances.layers) <= {"(root)", *(name for name, _ in model.named_modules())}
    animate(distances, tmp_path / "layers.gif")
    assert (tmp_path / "layers.gif").stat().st_size > 0


def test_a_straight_line_has_nothing_to_train() -> None:
    state = state_of(small_net())
    with pytest.raises(ValueError, match="no bends to train"):
        fit(small_net(), Linear(state, state), LOADER, epochs=1, learning_rate=0.1)
