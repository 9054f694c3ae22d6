"""Computes weight gradients of convolutions on maps of a few pixels as one matrix product a place of the kernel."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from itertools import product
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.overrides import TorchFunctionMode

POSITIONS = 16  # up to this many pixels the products are faster than oneDNN's kernel: 3 times at 4x4, 5 times at 2x2


class SmallMaps(TorchFunctionMode):
    """Takes the weight gradient of `conv2d` on small fp32 maps on a CPU from products while this context is open.

    For an output gradient G and inputs X the weight gradient at place (i, j) of the kernel is the sum over images and
    pixels p of G[p] X[p + (i, j) - padding]^T. Pixels that would read padding are left out, and these are most of a
    map of 2x2. It concerns every module that calls `conv2d`, whoever wrote it; values are the same up to rounding.
    """

    def __torch_function__(
        self, function: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if function is torch.conv2d and not kwargs and _is_small(*args):
            return _Convolution.apply(*args[:3], args[4])
        return function(*args, **(kwargs or {}))


def small_maps(tensor: Tensor) -> AbstractContextManager[object]:
    """Return the context in which a network should run on the device of `tensor`: on a GPU one that costs nothing."""
    return nullcontext() if tensor.is_cuda else SmallMaps()


def _is_small(
    images: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> bool:
    return (
        isinstance(padding, tuple)
        and stride == (1, 1)
        and dilation == (1, 1)
        and groups == 1
        and torch.is_grad_enabled()
        and images.ndim == 4
        and images.shape[2] * images.shape[3] <= POSITIONS
        and weight.requires_grad
        and images.device.type == "cpu"
        and images.dtype == weight.dtype == torch.float32
        and not torch.is_autocast_enabled("cpu")
    )


class _Convolution(torch.autograd.Function):
    """Computes torch's own convolution but for the gradient of its weight."""

    @staticmethod
    def forward(ctx: Any, images: Tensor, weight: Tensor, bias: Tensor | None, padding: tuple[int, int]) -> Tensor:
        ctx.save_for_backward(images, weight)
        ctx.padding = padding
        return torch.conv2d(images, weight, bias, padding=padding)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None, None]:
        images, weight = ctx.saved_tensors
        of_images, of_weight, of_bias, _ = ctx.needs_input_grad
        return (
            _image_gradient(images, gradient, weight, ctx.padding) if of_images else None,
            _weight_gradient(images, gradient, weight, ctx.padding) if of_weight else None,
            gradient.sum((0, 2, 3)) if of_bias else None,
            None,
        )


def _image_gradient(images: Tensor, gradient: Tensor, weight: Tensor, padding: tuple[int, int]) -> Tensor:
    of_images_alone = [True, False, False]
    image_gradient: Tensor = torch.ops.aten.convolution_backward(
        gradient, images, weight, None, [1, 1], list(padding), [1, 1], False, [0, 0], 1, of_images_alone
    )[0]
    return image_gradient


def _weight_gradient(images: Tensor, gradient: Tensor, weight: Tensor, padding: tuple[int, int]) -> Tensor:
    units, channels, height, width = weight.shape
    total = weight.new_zeros(height, width, units, channels)
    inputs, outputs = images.permute(0, 2, 3, 1), gradient.permute(0, 2, 3, 1)
    for i, j in product(range(height), range(width)):
        rows = _overlap(i - padding[0], outputs.shape[1], inputs.shape[1])
        columns = _overlap(j - padding[1], outputs.shape[2], inputs.shape[2])
        if rows and columns:
            (here_r, there_r), (here_c, there_c) = rows, columns
            left = outputs[:, here_r, here_c].reshape(-1, units)
            torch.mm(left.T, inputs[:, there_r, there_c].reshape(-1, channels), out=total[i, j])
    return total.permute(2, 3, 0, 1).contiguous()


def _overlap(shift: int, outputs: int, inputs: int) -> tuple[slice, slice] | None:
    """Return which outputs read an input at `shift` from themselves, and which inputs these are."""
    first, last = max(0, -shift), min(outputs, inputs - shift)
    return (slice(first, last), slice(first + shift, last + shift)) if first < last else None
