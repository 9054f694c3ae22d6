"""Both ways of matching recover what was planted, and a swap of two neurons to the unit."""

from itertools import pairwise, permutations
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.func import functional_call

from mode_connectivity.models import build
from mode_connectivity.symmetry import Symmetry, match_activations, match_weights
from mode_connectivity.symmetry.descent import Descent
from mode_connectivity.symmetry.responses import Moments
from support.distinct_networks import randomised

IMAGES = torch.rand(64, 3, 32, 32, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
NETWORKS = [("vgg13", False), ("vgg16", True), ("resnet18", True)]


def network(name: str, batch_norm: bool, seed: int) -> tuple[nn.Module, Symmetry, dict[str, Tensor]]:
    torch.manual_seed(seed)
    model = randomised(build(name, num_classes=10, width=1 / 16, batch_norm=batch_norm), seed)
    return model, Symmetry.derive(model, IMAGES[:1], verify=False), model.state_dict()


@pytest.mark.parametrize(("name", "batch_norm"), NETWORKS)
@pytest.mark.parametrize("seed", range(3))
def test_planted_permutation_is_recovered(name: str, batch_norm: bool, seed: int) -> None:
    model, symmetry, state = network(name, batch_norm, seed)
    planted = symmetry.random(torch.Generator().manual_seed(seed))
    moved = symmetry.apply(state, planted)
    by_weights = match_weights(symmetry, state, moved, torch.Generator().manual_seed(seed))
    by_activations = match_activations(symmetry, model, state, moved, [IMAGES[:32], IMAGES[32:]])
    for group, perm in symmetry.invert(planted).items():
        assert torch.equal(by_weights[group], perm)
        assert torch.equal(by_activations[group], perm)


def test_planted_swap_is_recovered_by_both() -> None:
    model, symmetry, state = network("resnet18", True, 0)
    swap = symmetry.swap("layer3.0.conv1", [(2, 11)])
    moved = symmetry.apply(state, swap)
    for found in (
        match_weights(symmetry, state, moved),
        match_activations(symmetry, model, state, moved, [(IMAGES, torch.zeros(64))]),
    ):
        assert all(torch.equal(found[group], perm) for group, perm in swap.items())


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([torch.float32, torch.bfloat16]))
def test_noise_as_large_as_a_tenth_of_the_weights_does_not_mislead(seed: int, dtype: torch.dtype) -> None:
    _, symmetry, state = network("resnet18", True, 0)
    planted = symmetry.random(torch.Generator().manual_seed(seed))
    generator = torch.Generator().manual_seed(seed)
    noisy = {
        name: tensor + 0.1 * tensor.std() * torch.randn(tensor.shape, generator=generator, dtype=tensor.dtype)
        if tensor.ndim > 1
        else tensor
        for name, tensor in symmetry.apply(state, planted).items()
    }
    found = match_weights(symmetry, state, {name: tensor.to(dtype) for name, tensor in noisy.items()})
    assert all(torch.equal(found[group], perm) for group, perm in symmetry.invert(planted).items())


def test_weights_of_another_seed_come_closer_and_the_outcome_repeats() -> None:
    _, symmetry, state = network("vgg13", False, 0)
    other = network("vgg13", False, 1)[2]
    found, again = (match_weights(symmetry, state, other) for _ in range(2))
    assert all(torch.equal(found[group], again[group]) for group in found)

    def distance(weights: dict[str, Tensor]) -> float:
        return sum(float((weights[name] - state[name]).square().sum()) for name in state)

    assert distance(symmetry.apply(other, found)) < 0.99 * distance(other)


def test_matching_leaves_states_model_and_generator_alone() -> None:
    model, symmetry, state = network("resnet18", True, 0)
    model.train()
    before = {name: tensor.clone() for name, tensor in state.items()}
    other = {name: tensor.clone() for name, tensor in network("resnet18", True, 1)[2].items()}
    kept = {name: tensor.clone() for name, tensor in other.items()}
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    match_weights(symmetry, state, other)
    match_activations(symmetry, model, state, other, [IMAGES[:8]])
    assert torch.equal(torch.rand(3), expected)
    assert model.training
    assert all(torch.equal(state[name], before[name]) and torch.equal(other[name], kept[name]) for name in state)
    assert not any(module._forward_hooks for module in model.modules())


class Views(nn.Module):
    """A forward pass that needs its pixels contiguous, and one layer that runs twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.twice, self.head = nn.Conv2d(3, 6, 3), nn.Conv2d(6, 6, 3, padding=1), nn.Linear(6 * 36, 2)

    def forward(self, images: Tensor) -> Tensor:
        hidden = self.twice(torch.tanh(self.twice(torch.tanh(self.conv(images)))))
        logits: Tensor = self.head(hidden.view(len(hidden), -1))
        return logits


def test_activations_of_plain_views_and_of_layers_that_run_twice() -> None:
    model = randomised(Views())
    images = IMAGES[..., :8, :8]
    symmetry = Symmetry.derive(model, images)
    assert symmetry.layers == {"conv": "conv", "twice": "conv"}
    planted = symmetry.random(torch.Generator().manual_seed(0))
    moved = symmetry.apply(model.state_dict(), planted)
    for found in (
        match_activations(symmetry, model, model.state_dict(), moved, [images]),
        match_weights(symmetry, model.state_dict(), moved),
    ):
        assert torch.equal(found["conv"], symmetry.invert(planted)["conv"])


@pytest.mark.parametrize("seed", range(3))
def test_streamed_correlations_are_those_of_all_samples(seed: int) -> None:
    """Against numpy on everything at once, around a mean that would cost single precision all its digits."""
    generator = torch.Generator().manual_seed(seed)
    x, y = 1e6 + torch.randn(2, 5, 90, generator=generator, dtype=torch.float64)
    y += x.roll(1, 0)
    expected = torch.corrcoef(torch.cat([x, y]))[:5, 5:]
    moments = Moments()
    for start in (0, 30, 60):
        moments.add(x[:, start : start + 30], y[:, start : start + 30])
    assert torch.allclose(moments.correlation(), expected, atol=1e-9)


def test_refusals() -> None:
    model, symmetry, state = network("vgg13", False, 0)
    with pytest.raises(ValueError, match="at least one batch"):
        match_activations(symmetry, model, state, state, [])
    with pytest.raises(ValueError, match="the state has no"):
        match_weights(symmetry, state, {})
    wrong = {**state, "features.0.bias": torch.zeros(9)}
    with pytest.raises(ValueError, match=r"features\.0\.bias has shape \(9,\) instead of \(4,\)"):
        match_activations(symmetry, model, wrong, state, [IMAGES[:1]])


def test_exact_function_after_matching() -> None:
    model, symmetry, state = network("resnet18", True, 3)
    moved = symmetry.apply(state, symmetry.random(torch.Generator().manual_seed(1)))
    matched = symmetry.apply(moved, match_weights(symmetry, state, moved))
    old, new = (functional_call(model, weights, (IMAGES[:4],)) for weights in (state, matched))
    assert torch.equal(old, new)


@pytest.mark.parametrize(("hidden", "descents"), [((6,), 1), ((6, 5), 4)])
def test_one_descent_where_no_two_groups_share_a_tensor(
    hidden: tuple[int, ...], descents: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The best of all 720 permutations of six units, tried one by one."""
    sizes = (4, *hidden, 3)
    states, count = [], 0
    for seed in range(2):
        torch.manual_seed(seed)
        layers = [layer for a, b in pairwise(sizes) for layer in (nn.Linear(a, b), nn.ReLU())]
        model = nn.Sequential(*layers[:-1])
        states.append(model.state_dict())
    symmetry = Symmetry.derive(model, torch.rand(2, 4))
    run = Descent.run

    def counted(self: Descent, *args: Any) -> Any:
        nonlocal count
        count += 1
        return run(self, *args)

    monkeypatch.setattr(Descent, "run", counted)
    found = match_weights(symmetry, states[0], states[1])
    assert count == descents
    if descents == 1:

        def agreement(perms: dict[str, Tensor]) -> float:
            moved = symmetry.apply(states[1], perms)
            return sum(float((states[0][name] * moved[name]).sum()) for name in moved)

        best = max(agreement({"0": torch.tensor(order)}) for order in permutations(range(6)))
        assert agreement(found) == pytest.approx(best)
