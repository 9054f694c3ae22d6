"""A unit's slices are what a swap of it moves."""

import pytest
import torch

from mode_connectivity.models import build
from mode_connectivity.symmetry import Symmetry
from mode_connectivity.symmetry.slices import Member
from support.distinct_networks import randomised


@pytest.mark.parametrize(
    ("name", "layer"), [("vgg13", "features.31"), ("resnet18", "layer1.0.conv2"), ("resnet18", "layer4.1.conv1")]
)
def test_a_swap_changes_exactly_the_slices(name: str, layer: str) -> None:
    model = randomised(build(name, num_classes=3, width=1 / 8, batch_norm=True))
    symmetry, state = Symmetry.derive(model, torch.zeros(1, 3, 32, 32)), model.state_dict()
    masks = symmetry.slices(layer, [1, 4])
    swapped = symmetry.apply(state, symmetry.swap(layer, [(1, 4)]))
    for tensor, before in state.items():
        mask = masks.get(tensor, torch.tensor(False)).expand(before.shape)
        assert torch.equal(swapped[tensor] != before, mask)


def test_rows_and_inputs_of_one_unit() -> None:
    model = build("vgg13", num_classes=3, width=1 / 64, image_size=64)
    symmetry = Symmetry.derive(model, torch.zeros(1, 3, 64, 64))
    masks = symmetry.slices("features.22", [5])
    assert {tensor: tuple(mask.shape) for tensor, mask in masks.items()} == {
        "features.22.weight": (8, 1, 1, 1),
        "features.22.bias": (8,),
        "classifier.1.weight": (1, 32),
    }
    assert masks["features.22.bias"].nonzero().flatten().tolist() == [5]
    assert masks["classifier.1.weight"].nonzero()[:, 1].tolist() == [20, 21, 22, 23]
    assert symmetry.members("features.22") == (
        Member("features.22.weight", 0, consumer=False),
        Member("features.22.bias", 0, consumer=False),
        Member("classifier.1.weight", 1, consumer=True),
    )


def test_refusals() -> None:
    symmetry = Symmetry.derive(build("vgg13", num_classes=3, width=1 / 32), torch.zeros(1, 3, 32, 32))
    with pytest.raises(ValueError, match=r"features\.0: unit 2 is out of range, it has units 0 to 1"):
        symmetry.slices("features.0", [0, 2])
    with pytest.raises(ValueError, match=r"no group 'features\.1'"):
        symmetry.members("features.1")
