"""The strided VGG-13 is the one described, uses all of its layers, and moves under permutations."""

import pytest
import torch
from torch import nn

from mode_connectivity.models import build, depth_layers
from support.distinct_networks import check


def test_every_layer_shapes_the_logits_of_any_image_size() -> None:
    torch.manual_seed(0)
    model = build("vgg13_strided", num_classes=7, width=1 / 8)
    kinds = [type(module) for module in model.modules()]
    assert kinds.count(nn.Conv2d) == kinds.count(nn.BatchNorm2d) == kinds.count(nn.ReLU) == 10
    assert kinds.count(nn.MaxPool2d) == 0
    for height in (32, 64):
        model.zero_grad()
        logits = model(torch.randn(4, 3, height, 32))
        assert logits.shape == (4, 7)
        logits.square().sum().backward()
        for key, parameter in model.named_parameters():
            assert parameter.grad is not None, key
            assert parameter.grad.abs().max() > 0, key


def test_full_width_is_that_of_the_paper() -> None:
    model = build("vgg13_strided", num_classes=10)
    convolutions = [module for module in model.modules() if isinstance(module, nn.Conv2d)]
    assert [conv.out_channels for conv in convolutions] == [64, 64, 128, 128, 256, 256, 512, 512, 512, 512]
    assert [conv.stride[0] for conv in convolutions] == [1, 2, 1, 2, 1, 2, 1, 2, 1, 1]
    layers = [model.get_submodule(layer) for layer in depth_layers("vgg13_strided").values()]
    assert [next(k for k, conv in enumerate(convolutions) if conv is layer) for layer in layers] == [0, 5, 9]


@pytest.mark.parametrize("height", [32, 64])
@pytest.mark.parametrize(("name", "groups"), [("vgg13_strided", 10), ("resnet18", 12)])
def test_symmetry_is_derived_on_images_and_on_dominoes(name: str, groups: int, height: int) -> None:
    symmetry = check(build(name, num_classes=10, width=1 / 8), torch.rand(2, 3, height, 32))
    assert len(symmetry.groups) == groups
    assert set(depth_layers(name).values()) <= symmetry.layers.keys()


def test_dropout_is_refused() -> None:
    with pytest.raises(ValueError, match=r"model.dropout: vgg13_strided has none"):
        build("vgg13_strided", num_classes=10, dropout=0.5)
