"""Chooses how images lie in memory for a network: channels last, which is faster, unless that is not safe."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

BLOCK = 16  # input channels per block in oneDNN's widest kernels


def memory_format(model: nn.Module) -> torch.memory_format:
    """Return the memory format in which images may enter `model` when gradients are taken.

    On a CPU the weight gradient of a strided 1x1 convolution with fewer input channels than a block of oneDNN's
    kernels (8 with AVX2, 16 with AVX-512) writes outside its workspace where the images lie channels last
    (uxlfoundation/oneDNN issue 6035; torch 2.11 to 2.15): it crashes, hangs or corrupts memory. So a network with a
    1x1 weight that narrow is given contiguous images, unless the weight belongs to a `Conv2d` of stride 1.
    """
    for module in model.modules():
        unstrided = isinstance(module, nn.Conv2d) and module.stride == (1, 1)
        for weight in module.parameters(recurse=False):
            if weight.ndim == 4 and weight.shape[2:] == (1, 1) and weight.shape[1] < BLOCK and not unstrided:
                return torch.contiguous_format
    return torch.channels_last


def laid_out(inputs: Tensor, layout: torch.memory_format) -> Tensor:
    """Return `inputs` in `layout` where they are images, (N, C, H, W), and as they are where they are not."""
    return inputs.to(memory_format=layout) if inputs.ndim == 4 else inputs


def in_layout(state: Mapping[str, Tensor], layout: torch.memory_format) -> dict[str, Tensor]:
    """Return `state` with the kernels of convolutions in `layout` where it lies on a GPU, and as it is on a CPU.

    A GPU's kernels for channels-last images take them so, and give the gradients so: no step then lays anything out.
    """
    return {name: laid_out(tensor, layout) if tensor.is_cuda else tensor for name, tensor in state.items()}
