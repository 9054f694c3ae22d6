"""Weights that read a unit."""

import torch

from mode_connectivity.models import build
from mode_connectivity.symmetry import Symmetry
from mode_connectivity.symmetry.fan_out import fan_out
from mode_connectivity.symmetry.slices import moved_slices


def test_fan_out_of_convolutions_and_of_what_reads_an_image_flat() -> None:
    model = build("vgg13", num_classes=3, width=1 / 16, image_size=64)
    symmetry = Symmetry.derive(model, torch.zeros(1, 3, 64, 64))
    assert fan_out(symmetry, "features.0") == 4 * 9
    assert fan_out(symmetry, "features.10") == 16 * 9
    assert fan_out(symmetry, "features.22") == 4 * 32  # four positions, and 32 units that read each
    assert fan_out(symmetry, "classifier.4") == 3


def test_fan_out_is_the_size_of_a_units_consumers() -> None:
    symmetry = Symmetry.derive(build("resnet18", num_classes=3, width=1 / 16), torch.zeros(1, 3, 32, 32))
    model = build("resnet18", num_classes=3, width=1 / 16)
    shapes = {name: tensor.shape for name, tensor in model.named_parameters()}
    for layer in ("conv1", "layer2.0.conv1"):
        consumers = {m.tensor for m in symmetry.members(symmetry.layers[layer]) if m.consumer}
        assert fan_out(symmetry, layer) == sum(shapes[name].numel() // shapes[name][1] for name in consumers)


def test_moved_slices_are_those_of_the_units_that_move() -> None:
    symmetry = Symmetry.derive(build("vgg13", num_classes=3, width=1 / 16), torch.zeros(1, 3, 32, 32))
    masks, expected = (
        moved_slices(symmetry.axes, symmetry.swap("features.5", [(1, 4), (0, 2)])),
        symmetry.slices("features.5", [0, 1, 2, 4]),
    )
    assert masks.keys() == expected.keys()
    assert all(torch.equal(mask, expected[name]) for name, mask in masks.items())
    assert moved_slices(symmetry.axes, symmetry.identity()) == {}
    everything = moved_slices(symmetry.axes, symmetry.reverse())
    assert set(everything) == set(symmetry.axes)
