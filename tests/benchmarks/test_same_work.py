"""What the product is measured against does the same work: otherwise a ratio says nothing."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from benchmarks.animation import redraw
from benchmarks.curve import step_flops
from benchmarks.distances import materialised
from benchmarks.setting import batches_of, images_of
from benchmarks.straightforward.curve import score as their_score
from benchmarks.straightforward.loading import loader
from benchmarks.straightforward.mixing import CurveNet
from mode_connectivity.data.sets import ScoringBatches
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.measures import layer_distances, score
from mode_connectivity.models import build
from mode_connectivity.paths import Bezier
from mode_connectivity.paths.gradients import path_gradients
from mode_connectivity.plots.animation import Evolution

CPU = torch.device("cpu")
MODELS = [build("vgg13", num_classes=10, width=1 / 16) for _ in range(3)]
PATH = Bezier([model.state_dict() for model in MODELS])


def test_mixed_layers_give_the_loss_and_the_gradient_of_the_bend() -> None:
    path = Bezier([{name: tensor.double() for name, tensor in state.items()} for state in PATH.controls])
    images, labels = torch.randn(4, 3, 32, 32, dtype=torch.float64), torch.arange(4)
    t, decay, model = 0.3, 0.01, MODELS[0].double()
    net = CurveNet(model, path.controls)
    theirs = cross_entropy(net(images, t), labels) + decay / 2 * net.squared_norm()
    theirs.backward()

    point = {name: tensor.requires_grad_() for name, tensor in path.at(t).items()}
    loss = cross_entropy(functional_call(model, point, (images,)), labels)
    (gradients,) = path_gradients(loss, list(point.values()), path.weights(t)[1:-1], decay)
    squares = sum(tensor.detach().square().sum() for tensor in path.at(t).values())
    assert torch.allclose(theirs, loss + decay / 2 * squares)
    bend = [parameter for parameter in net.parameters() if parameter.requires_grad]
    for mine, other in zip(gradients, bend, strict=True):
        assert mine is not None
        assert other.grad is not None
        assert torch.allclose(mine, other.grad, rtol=1e-9, atol=1e-15)
    model.float()


def test_the_loader_feeds_the_same_pixels_and_scores_are_equal() -> None:
    images = images_of(150, CPU)
    scaling = batches_of(images).scaling
    plain = loader(images, scaling, 0, training=False)
    first, _ = next(iter(plain))
    assert torch.allclose(first, scaling.apply(images.pixels[:128]), atol=1e-5)
    found = their_score(CurveNet(MODELS[0], PATH.controls), 0.6, plain, CPU)
    mine = score(MODELS[0], PATH.at(0.6), ScoringBatches(images, scaling), Precision())
    assert found == pytest.approx((mine.loss, mine.accuracy), rel=1e-5)
    drawn = loader(images, scaling, 0, training=True)
    assert [tuple(batch.shape) for batch, _ in drawn] == [(128, 3, 32, 32)]


def test_every_point_made_has_the_same_distances() -> None:
    ts = np.linspace(0, 1, 5)
    found, (distances, differences) = layer_distances(PATH, ts), materialised(PATH, ts)
    assert np.allclose(found.raw_l2, distances, rtol=1e-4, atol=1e-6)
    assert np.allclose(found.norm_difference, differences, atol=1e-4)


def test_a_figure_for_each_frame_makes_an_animation_of_as_many(tmp_path: Path) -> None:
    evolution = Evolution(("a", "b"), np.linspace(0, 1, 3), np.ones((3, 2)), "b", "L2")
    redraw(evolution, tmp_path / "redrawn.gif")
    with Image.open(tmp_path / "redrawn.gif") as animation:
        assert animation.size == (800, 450)
        assert getattr(animation, "n_frames", 1) == 3


def test_operations_of_a_step_are_counted_forward_and_backward() -> None:
    """2 per multiplication; backward twice as many, but for the gradient of the images."""
    net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 32 * 32, 10))
    convolution, linear = 2 * 3 * 4 * 9 * 32 * 32, 2 * 4 * 32 * 32 * 10
    assert step_flops(net, 5) == 5 * (2 * convolution + 3 * linear)
