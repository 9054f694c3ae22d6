"""The loop is plain SGD, its schedules go where they say, and the same names give the same bits."""

import itertools
from collections.abc import Mapping

import pytest
import torch
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from mode_connectivity.foundations.precision import Precision
from mode_connectivity.training import Diverged, Recipe, descend, train_endpoint
from mode_connectivity.training.schedules import SCHEDULES
from support.small_networks import small_net, state_of, stripe_batches


@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("constant", {0: 1, 0.5: 1, 0.999: 1}),
        ("cosine", {0: 1, 0.5: 0.5, 1: 0}),
        ("garipov", {0: 1, 0.5: 1, 0.7: 0.505, 0.9: 0.01, 0.95: 0.01}),
        ("one_cycle", {0: 0.04, 0.15: 0.52, 0.3: 1, 0.65: 0.5, 1: 0}),
    ],
)
def test_schedules_pass_through_known_points(name: str, points: dict[float, float]) -> None:
    for share, factor in points.items():
        assert SCHEDULES[name](share) == pytest.approx(factor, abs=1e-12)
    values = [SCHEDULES[name](k / 1000) for k in range(1001)]
    assert max(abs(a - b) for a, b in itertools.pairwise(values)) < 0.02


def test_one_epoch_is_sgd_with_momentum_and_decay_by_hand() -> None:
    recipe = Recipe(epochs=1, batch_size=16, learning_rate=0.1, momentum=0.8, weight_decay=0.01)
    model = small_net()
    found, _ = train_endpoint(model, state_of(model), stripe_batches(), recipe, Precision())
    state = {name: tensor.requires_grad_() for name, tensor in state_of(model).items()}
    velocity = {name: torch.zeros_like(tensor) for name, tensor in state.items()}
    for images, labels in stripe_batches():
        loss = cross_entropy(functional_call(model, state, (images,)), labels)
        gradients = torch.autograd.grad(loss, list(state.values()))
        for (name, weight), gradient in zip(list(state.items()), gradients, strict=True):
            velocity[name] = 0.8 * velocity[name] + gradient + 0.01 * weight.detach()
            state[name] = (weight.detach() - 0.1 * velocity[name]).requires_grad_()
    for name, tensor in found.items():
        assert torch.allclose(tensor, state[name].detach(), atol=1e-6), name


def test_training_learns_repeats_to_the_bit_and_leaves_its_start_alone() -> None:
    recipe = Recipe(epochs=10, batch_size=16, learning_rate=0.05, schedule="one_cycle", clip_norm=1.0)
    model = small_net(batch_norm=True)
    start, kept = state_of(model), state_of(model)
    runs = [train_endpoint(model, start, stripe_batches(), recipe, Precision()) for _ in range(2)]
    assert all(torch.equal(tensor, runs[1][0][name]) for name, tensor in runs[0][0].items())
    assert all(torch.equal(tensor, kept[name]) for name, tensor in start.items())
    history = runs[0][1]
    assert history == runs[1][1]
    assert history[-1].loss < 0.5 * history[0].loss
    assert history[-1].accuracy > history[0].accuracy
    assert runs[0][0]["1.num_batches_tracked"] == 60


def test_clipping_bounds_the_first_step() -> None:
    recipe = Recipe(epochs=1, batch_size=96, learning_rate=1.0, momentum=0.0, clip_norm=0.01)
    model = small_net()
    start = state_of(model)
    found, _ = train_endpoint(model, start, stripe_batches(batch_size=96), recipe, Precision())
    moved = sum((found[name] - start[name]).square().sum() for name in start) ** 0.5
    assert float(moved) == pytest.approx(0.01, rel=1e-3)


def test_a_loss_that_is_no_number_stops_the_training() -> None:
    model = small_net()
    recipe = Recipe(epochs=5, batch_size=16, learning_rate=1e30)
    with pytest.raises(Diverged, match="lower the learning_rate"):
        train_endpoint(model, state_of(model), stripe_batches(), recipe, Precision())


def test_bf16_trains_as_fp32_does_and_keeps_its_weights_in_fp32() -> None:
    """Six epochs at this rate prove nothing: in fp32, too, the sixth may lie above the first. Thirty learn the task."""
    model = small_net()

    def trained(name: str, epochs: int) -> tuple[dict[str, torch.Tensor], float, float]:
        recipe = Recipe(epochs=epochs, batch_size=16, learning_rate=0.05, clip_norm=1.0)
        state, history = train_endpoint(model, state_of(model), stripe_batches(), recipe, Precision(name))
        return state, history[0].loss, history[-1].loss

    state, first, last = trained("bf16", 30)
    assert {tensor.dtype for tensor in state.values()} == {torch.float32}
    assert last < first / 4
    start = state_of(model)
    ours, theirs = (
        torch.cat([(trained(name, 1)[0][key] - start[key]).flatten() for key in start]) for name in ("bf16", "fp32")
    )
    assert float(ours @ theirs / (ours.norm() * theirs.norm())) > 0.98
    assert float(ours.norm() / theirs.norm()) == pytest.approx(1, abs=0.05)


def test_several_steps_a_batch_share_one_momentum_and_the_last_is_recorded() -> None:
    """From 0 with gradients 1 and then 10, rate 0.1 and momentum 1/2: -0.1, then -0.1 (10 + 1/2)."""
    place = torch.zeros(1, dtype=torch.float64)
    seen: list[float] = []

    def step(gradient: float) -> torch.Tensor:
        place.grad = torch.full_like(place, gradient)
        return torch.tensor(gradient)

    steps = [lambda images, labels, g=g: (step(g), torch.tensor(len(labels))) for g in (1.0, 10.0)]
    recipe = Recipe(epochs=1, batch_size=96, learning_rate=0.1, momentum=0.5)
    batches = stripe_batches(batch_size=96)
    history = descend([place], steps, batches, recipe, after_epoch=lambda: seen.append(float(place)))
    assert float(place) == pytest.approx(-0.1 - 0.1 * 10.5)
    assert seen == [float(place)]
    assert history[0].loss == 10
    assert history[0].accuracy == 1


def test_what_watches_a_training_sees_every_epoch_and_changes_nothing() -> None:
    recipe = Recipe(epochs=3, batch_size=16, learning_rate=0.05)
    model = small_net(batch_norm=True)
    start = state_of(model)
    seen: list[torch.Tensor] = []

    def watch(state: Mapping[str, torch.Tensor]) -> None:
        model.eval()
        seen.append(state["0.weight"].detach().clone())

    watched, _ = train_endpoint(model, start, stripe_batches(), recipe, Precision(), watch=watch)
    alone, _ = train_endpoint(model, start, stripe_batches(), recipe, Precision())
    assert all(torch.equal(tensor, alone[name]) for name, tensor in watched.items())
    assert len(seen) == 3
    assert torch.equal(seen[-1], watched["0.weight"])
    assert not torch.equal(seen[0], seen[1])
