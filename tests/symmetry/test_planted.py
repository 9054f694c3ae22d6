"""Full-width networks matched against a permuted copy of themselves, in a hundred seeds."""

import pytest
import torch

from mode_connectivity.models import build
from mode_connectivity.symmetry import Symmetry, match_activations, match_weights


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vgg16", "resnet18"])
@pytest.mark.parametrize("seed", range(100))
def test_planted_permutation_is_recovered_at_full_width(name: str, seed: int) -> None:
    torch.manual_seed(seed)
    model = build(name, num_classes=10).eval()
    images = torch.rand(32, 3, 32, 32)
    symmetry = Symmetry.derive(model, images[:1])
    state = model.state_dict()
    planted = symmetry.random(torch.Generator().manual_seed(seed))
    moved = symmetry.apply(state, planted)
    by_weights = match_weights(symmetry, state, moved, torch.Generator().manual_seed(seed))
    by_activations = match_activations(symmetry, model, state, moved, [images])
    for group, perm in symmetry.invert(planted).items():
        assert torch.equal(by_weights[group], perm)
        assert torch.equal(by_activations[group], perm)
