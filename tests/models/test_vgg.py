"""The VGG family has the layers it says it has, in the order it says, and uses all of them."""

import pytest
import torch
from torch import nn

from mode_connectivity.models import build, depth_layers
from mode_connectivity.models.vgg import BLOCKS


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize(("name", "convolutions"), [("vgg13", 10), ("vgg16", 13), ("vgg19", 16)])
def test_every_layer_shapes_the_logits(name: str, convolutions: int, batch_norm: bool) -> None:
    torch.manual_seed(0)
    model = build(name, num_classes=7, width=1 / 16, batch_norm=batch_norm)
    kinds = [type(module) for module in model.modules()]
    assert kinds.count(nn.Conv2d) == convolutions
    assert kinds.count(nn.BatchNorm2d) == (convolutions if batch_norm else 0)
    assert kinds.count(nn.Linear) == 3
    logits = model(torch.randn(4, 3, 32, 32))
    assert logits.shape == (4, 7)
    logits.square().sum().backward()
    for key, parameter in model.named_parameters():
        assert parameter.grad is not None, key
        if key.endswith("weight"):
            assert parameter.grad.abs().max() > 0, key


@pytest.mark.parametrize("batch_norm", [False, True])
def test_normalisation_stands_between_convolution_and_activation(batch_norm: bool) -> None:
    features = build("vgg16", num_classes=10, width=1 / 16, batch_norm=batch_norm).get_submodule("features")
    following = [nn.BatchNorm2d, nn.ReLU] if batch_norm else [nn.ReLU]
    layers = list(features.children())
    for place, layer in enumerate(layers):
        if isinstance(layer, nn.Conv2d):
            assert [type(after) for after in layers[place + 1 : place + 1 + len(following)]] == following


def test_full_width_has_the_size_of_the_published_network() -> None:
    assert sum(p.numel() for p in build("vgg16", num_classes=10).parameters()) == 15_245_130


@pytest.mark.parametrize("name", BLOCKS)
@pytest.mark.parametrize("batch_norm", [False, True])
def test_depths_name_the_promised_convolutions(name: str, batch_norm: bool) -> None:
    model = build(name, num_classes=10, batch_norm=batch_norm)
    layers = [model.get_submodule(layer) for layer in depth_layers(name, batch_norm=batch_norm).values()]
    assert all(isinstance(layer, nn.Conv2d) for layer in layers)
    assert [layer.out_channels for layer in layers] == [64, 256, 512]
    convolutions = [module for module in model.modules() if isinstance(module, nn.Conv2d)]
    places = [next(k for k, conv in enumerate(convolutions) if conv is layer) for layer in layers]
    assert places == [0, sum(BLOCKS[name][:2]) + 1, sum(BLOCKS[name][:4]) + 1]


def test_larger_images_reach_the_classifier_as_channels_times_positions() -> None:
    model = build("vgg16", num_classes=3, width=1 / 16, image_size=64)
    assert model(torch.zeros(1, 3, 64, 64)).shape == (1, 3)


def test_unknown_network_is_named() -> None:
    with pytest.raises(ValueError, match=r"model.name: no network called 'vgg17'"):
        build("vgg17", num_classes=10)
