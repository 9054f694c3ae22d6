"""Checks that matching recovers planted permutations: a network is permuted at random and matched to itself."""

import torch

from benchmarks.setting import CLASSES, Setting
from benchmarks.table import Row
from mode_connectivity.models import build
from mode_connectivity.symmetry import Symmetry, match_activations, match_weights
from mode_connectivity.symmetry.symmetry import Permutations

NETWORKS = ("vgg16", "resnet18")
IMAGES = 32


def measure(setting: Setting) -> list[Row]:
    """Return how many of `setting.seeds` permutations of networks of width 1 are recovered in every unit."""
    rows = []
    for name in NETWORKS:
        recovered = [_recovered(name, seed, setting.device) for seed in range(setting.seeds)]
        for way, right in zip(("weights", "activations"), zip(*recovered, strict=True), strict=True):
            share = f"{sum(right)} of {len(right)}"
            rows.append(Row(f"planted in {name}, by {way}", sum(right), "recovered", result=share, target="all"))
    return rows


def _recovered(name: str, seed: int, device: torch.device) -> tuple[bool, bool]:
    torch.manual_seed(seed)
    model = build(name, num_classes=CLASSES).to(device).eval()
    images = torch.rand(IMAGES, 3, 32, 32, device=device)
    symmetry, state = Symmetry.derive(model, images[:1]), model.state_dict()
    planted = symmetry.random(torch.Generator().manual_seed(seed))
    moved, wanted = symmetry.apply(state, planted), symmetry.invert(planted)
    by_weights = match_weights(symmetry, state, moved, torch.Generator().manual_seed(seed))
    by_activations = match_activations(symmetry, model, state, moved, [images])
    return _same(by_weights, wanted), _same(by_activations, wanted)


def _same(matched: Permutations, wanted: Permutations) -> bool:
    return all(torch.equal(matched[group], perm) for group, perm in wanted.items())
