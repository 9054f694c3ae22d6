"""Convolutions on small maps keep their values and gradients, and only they are taken over."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

from mode_connectivity.training.small_maps import SmallMaps, _Convolution


def gradients(work: nn.Module, images: Tensor) -> list[Tensor]:
    images = images.clone().requires_grad_()
    outputs = work(images)
    seed = torch.arange(outputs.numel(), dtype=outputs.dtype).view_as(outputs).sin()
    return [outputs, *torch.autograd.grad(outputs, [images, *work.parameters()], seed)]


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (4, 4), (1, 7), (3, 2)])
@pytest.mark.parametrize(("kernel", "padding"), [(3, 1), (1, 0), (5, 2), (3, 2), ((3, 1), (1, 0))])
@pytest.mark.parametrize("bias", [True, False])
def test_values_and_gradients_are_those_of_torch(
    size: tuple[int, int], kernel: int | tuple[int, int], padding: int | tuple[int, int], bias: bool
) -> None:
    torch.manual_seed(0)
    work = nn.Conv2d(5, 7, kernel, padding=padding, bias=bias)
    images = torch.randn(6, 5, *size).to(memory_format=torch.channels_last)
    expected = gradients(work, images)
    with SmallMaps():
        found = gradients(work, images)
    assert torch.equal(found[0], expected[0])
    assert found[0].grad_fn is not None
    assert found[0].grad_fn.name() == "_ConvolutionBackward"
    for mine, autograds in zip(found[1:], expected[1:], strict=True):
        assert mine.shape == autograds.shape
        assert torch.allclose(mine, autograds, rtol=1e-5, atol=1e-5)


def test_the_weight_gradient_passes_a_numerical_check() -> None:
    torch.manual_seed(0)
    images, weight, bias = (torch.randn(*shape, dtype=torch.float64) for shape in ((2, 3, 3, 2), (4, 3, 3, 3), (4,)))
    inputs = tuple(tensor.requires_grad_() for tensor in (images, weight, bias))
    assert torch.autograd.gradcheck(lambda x, w, b: _Convolution.apply(x, w, b, (1, 1)), inputs)


@pytest.mark.parametrize(
    ("work", "size"),
    [
        (nn.Conv2d(4, 4, 3, padding=1), 5),
        (nn.Conv2d(4, 4, 3, padding=1, stride=2), 4),
        (nn.Conv2d(4, 4, 3, padding=2, dilation=2), 4),
        (nn.Conv2d(4, 4, 3, padding=1, groups=2), 4),
        (nn.Conv2d(4, 4, 3, padding="same"), 4),
        (nn.Conv2d(4, 4, 3, padding=1, padding_mode="reflect"), 4),
        (nn.Conv2d(4, 4, 3, padding=1).double(), 4),
    ],
)
def test_other_convolutions_are_left_to_torch(work: nn.Conv2d, size: int) -> None:
    images = torch.randn(3, 4, size, size, dtype=work.weight.dtype)
    expected = gradients(work, images)
    with SmallMaps():
        found = gradients(work, images)
    assert all(torch.equal(mine, autograds) for mine, autograds in zip(found, expected, strict=True))


def test_frozen_weights_and_autocast_are_left_to_torch() -> None:
    work, images = nn.Conv2d(4, 4, 3, padding=1), torch.randn(3, 4, 2, 2)
    with SmallMaps(), torch.autocast("cpu", dtype=torch.bfloat16):
        assert work(images).dtype == torch.bfloat16
    work.requires_grad_(False)
    with SmallMaps():
        assert work(images.requires_grad_()).grad_fn.name() == "ConvolutionBackward0"
        assert conv2d(images, work.weight, padding=1).grad_fn.name() == "ConvolutionBackward0"  # type: ignore[union-attr]
