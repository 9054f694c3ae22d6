"""Planted rearrangements of heads, and of units within them, are recovered."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from mode_connectivity.symmetry import Symmetry, match_activations, match_weights
from mode_connectivity.symmetry.descent import Descent
from support.attention_networks import GPT, WORDS, Attention, Torchs, normed, repeated
from support.distinct_networks import randomised

NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "causal": GPT,
    "as written by hand": Attention,
    "torch's own": Torchs,
    "grouped": lambda: Attention(repeated, heads=6, keys=3),
    "one norm": lambda: Attention(normed, norm=nn.LayerNorm(4)),
    "one head of keys": lambda: Attention(heads=4, keys=1),
}


def network(name: str, seed: int) -> tuple[nn.Module, Symmetry, dict[str, Tensor]]:
    torch.manual_seed(seed)
    model = randomised(NETWORKS[name](), seed)
    return model, Symmetry.derive(model, WORDS), model.state_dict()


@pytest.mark.parametrize("name", NETWORKS)
def test_a_planted_rearrangement_is_recovered_by_weights_in_20_of_20(name: str) -> None:
    _, symmetry, _ = network(name, 0)
    for seed in range(20):
        torch.manual_seed(seed)
        state = randomised(NETWORKS[name](), seed).state_dict()
        planted = symmetry.random(torch.Generator().manual_seed(seed))
        found = match_weights(symmetry, state, symmetry.apply(state, planted), torch.Generator().manual_seed(seed))
        assert {group: perm.tolist() for group, perm in found.items()} == {
            group: perm.tolist() for group, perm in symmetry.invert(planted).items()
        }


@pytest.mark.parametrize("name", ["as written by hand", "grouped", "one norm", "one head of keys"])
def test_a_planted_rearrangement_is_recovered_by_activations(name: str) -> None:
    words = torch.randint(0, 11, (40, 6), generator=torch.Generator().manual_seed(1))
    for seed in range(5):
        model, symmetry, state = network(name, seed)
        planted = symmetry.random(torch.Generator().manual_seed(seed))
        found = match_activations(symmetry, model, state, symmetry.apply(state, planted), words.split(8))
        assert all(torch.equal(found[group], perm) for group, perm in symmetry.invert(planted).items())


def test_noise_does_not_mislead() -> None:
    for seed in range(5):
        _, symmetry, state = network("as written by hand", seed)
        planted = symmetry.random(torch.Generator().manual_seed(seed))
        draws = torch.Generator().manual_seed(seed)
        noisy = {
            name: tensor + 0.1 * tensor.std() * torch.randn(tensor.shape, generator=draws, dtype=tensor.dtype)
            for name, tensor in symmetry.apply(state, planted).items()
        }
        found = match_weights(symmetry, state, noisy)
        assert all(torch.equal(found[group], perm) for group, perm in symmetry.invert(planted).items())


def test_another_network_comes_closer() -> None:
    _, symmetry, state = network("causal", 0)
    other = network("causal", 1)[2]

    def distance(weights: dict[str, Tensor]) -> float:
        return sum(float((weights[name] - state[name]).square().sum()) for name in state)

    found = match_weights(symmetry, state, other)
    assert distance(symmetry.apply(other, found)) < 0.95 * distance(other)


def test_the_similarity_of_what_is_in_one_head() -> None:
    _, symmetry, state = network("as written by hand", 0)
    descent = Descent.between(symmetry.axes, state, state)
    group = "attention head 1 value"
    rows = [state["attention.value.weight"][4:8], state["attention.value.bias"][4:8, None]]
    own = torch.cat([*rows, state["attention.output.weight"][:, 4:8].T], 1)
    assert torch.allclose(descent.similarity(group, state), own @ own.T)
