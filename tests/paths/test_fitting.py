"""Fitting moves the bends alone, along the true gradient, the same way every time, to a lower loss."""

import numpy as np
import pytest
import torch
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from mode_connectivity.data.sets import Scaling, ScoringBatches
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.measures import sweep
from mode_connectivity.paths import Bezier, Polygon, linear_bends
from mode_connectivity.paths.fitting import fit_bends
from mode_connectivity.paths.gradients import path_gradients
from mode_connectivity.training import Recipe, train_endpoint
from support.small_networks import small_net, state_of, stripe_batches, stripes

RECIPE = Recipe(epochs=4, batch_size=16, learning_rate=0.02, weight_decay=1e-3, clip_norm=5.0)
A, B, C = (state_of(small_net(seed)) for seed in range(3))


@pytest.mark.parametrize("kind", [Bezier, Polygon])
@pytest.mark.parametrize("t", [0.2, 0.5, 0.9])
def test_gradients_of_the_bends_are_those_of_autograd(kind: type[Bezier] | type[Polygon], t: float) -> None:
    model = small_net().double()
    states = [{name: tensor.double().requires_grad_() for name, tensor in state.items()} for state in (A, B, C)]
    images, labels = torch.randn(8, 3, 8, 8, dtype=torch.float64), torch.arange(8) % 4
    decay = 0.3

    path = kind(states)
    at = path.at(t)
    loss = cross_entropy(functional_call(model, at, (images,)), labels)
    loss = loss + decay / 2 * sum(tensor.square().sum() for tensor in at.values())
    expected = torch.autograd.grad(loss, list(states[1].values()))

    point = {name: tensor.detach().requires_grad_() for name, tensor in path.at(t).items()}
    loss = cross_entropy(functional_call(model, point, (images,)), labels)
    (found,) = path_gradients(loss, list(point.values()), path.weights(t)[1:-1], decay)
    for mine, autograds in zip(found, expected, strict=True):
        assert mine is not None
        assert torch.allclose(mine, autograds, rtol=1e-10, atol=1e-14)


def run(seed: int = 0, batch_norm: bool = False, recipe: Recipe = RECIPE) -> dict[str, torch.Tensor]:
    ends = [state_of(small_net(k, batch_norm)) for k in (0, 1)]
    kept = [state_of(small_net(k, batch_norm)) for k in (0, 1)]
    path = Bezier([ends[0], *linear_bends(ends[0], ends[1]), ends[1]])
    model = small_net(0, batch_norm)
    (bend,), history = fit_bends(model, path, stripe_batches(seed), recipe, Precision(), named_generator(seed, "t"))
    assert len(history) == recipe.epochs
    for end, before in zip((path.controls[0], path.controls[-1]), kept, strict=True):
        assert all(torch.equal(end[name], before[name]) for name in before)
    return bend


def test_ends_stay_and_the_bend_repeats_to_the_bit() -> None:
    first, again, other = run(), run(), run(seed=1)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["0.weight"], other["0.weight"])
    assert not any(tensor.requires_grad for tensor in first.values())


def test_weight_decay_acts_on_the_point_and_not_on_the_bend() -> None:
    """Under decay alone the bend x from w to w minimises the integral of |(1 - b) w + b x|^2 with b = 2t(1-t), that is
    x = -w (1/3 - 2/15) / (2/15) = -3w/2; decay on the bend itself would bring it to zero."""
    w = torch.tensor([1.0, 2.0], dtype=torch.float64)
    bend = w.clone()
    for _ in range(150):
        total = torch.zeros_like(w)
        for t in np.linspace(0.005, 0.995, 100):
            path = Bezier([{"w": w}, {"w": bend}, {"w": w}])
            point = path.at(t)["w"].requires_grad_()
            ((gradient,),) = path_gradients(0 * point.sum(), [point], path.weights(t)[1:-1], 1.0)
            assert gradient is not None
            total += gradient / 100
        bend = bend - total
    assert torch.allclose(bend, -1.5 * w, rtol=1e-3)


def test_statistics_of_batch_norm_do_not_leak_into_the_ends() -> None:
    """`run` compares the ends; the bend keeps what it started with, since its statistics are recomputed when scored."""
    assert torch.equal(run(batch_norm=True)["1.running_mean"], torch.zeros(6))


def test_a_fitted_curve_runs_lower_than_the_line_between_two_trained_networks() -> None:
    images = stripes()
    recipe = Recipe(epochs=12, batch_size=16, learning_rate=0.05, clip_norm=5.0)
    ends = []
    for seed in (0, 1):
        model = small_net(seed)
        ends.append(train_endpoint(model, state_of(model), stripe_batches(seed), recipe, Precision())[0])
    model = small_net()
    path = Bezier([ends[0], *linear_bends(ends[0], ends[1]), ends[1]])
    (bend,), _ = fit_bends(model, path, stripe_batches(2), recipe, Precision(), named_generator(0, "t"))
    ts = np.linspace(0, 1, 9)
    losses = {
        name: sweep(model, each, ts, {"train": ScoringBatches(images, Scaling.of(images))})["train"].loss.max()
        for name, each in (("line", path), ("curve", Bezier([ends[0], bend, ends[1]])))
    }
    assert losses["curve"] < 0.5 * losses["line"]
