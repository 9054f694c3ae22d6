"""Images lie channels last, except where a gradient would then be taken through a kernel that writes astray."""

import pytest
import torch
from torch import nn

from mode_connectivity.models import build, memory_format


def convolution(channels: int, kernel: int = 1, stride: int | tuple[int, int] = 2) -> nn.Module:
    return nn.Sequential(nn.ReLU(), nn.Conv2d(channels, 8, kernel, stride=stride))


class Functional(nn.Module):
    """A convolution that no `Conv2d` owns."""

    def __init__(self) -> None:
        super().__init__()
        self.kernel = nn.Parameter(torch.ones(8, 4, 1, 1))


@pytest.mark.parametrize("model", [convolution(4), convolution(15), convolution(4, stride=(1, 2)), Functional()])
def test_a_narrow_strided_1x1_convolution_keeps_images_contiguous(model: nn.Module) -> None:
    assert memory_format(model) is torch.contiguous_format


@pytest.mark.parametrize(
    "model", [convolution(16), convolution(4, kernel=3), convolution(4, stride=1), nn.Linear(4, 2)]
)
def test_all_other_layers_take_images_channels_last(model: nn.Module) -> None:
    assert memory_format(model) is torch.channels_last


@pytest.mark.parametrize(
    ("name", "width", "expected"),
    [
        ("resnet18", 1 / 16, torch.contiguous_format),
        ("resnet18", 1 / 4, torch.channels_last),
        ("vgg16", 1 / 16, torch.channels_last),
        ("torchvision.models:mobilenet_v3_small", 1.0, torch.channels_last),  # narrow 1x1, but of stride 1
    ],
)
def test_networks_by_name(name: str, width: float, expected: torch.memory_format) -> None:
    assert memory_format(build(name, num_classes=10, width=width)) is expected
