"""Chooses how images lie in memory for a network: channels last, which is faster, unless that is not safe."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves, tree_map_only

from mode_connectivity.models.norms import modes_kept

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


def format_that_runs(
    model: nn.Module, layout: torch.memory_format, inputs: Any, forward: Callable[[Any], object]
) -> torch.memory_format:
    """Return `layout`, or the contiguous format where `forward` fails on `inputs` that lie so.

    A network that flattens images with `view` takes contiguous ones alone. The trial runs in evaluation mode without
    gradients; modes and torch's generators are as before.
    """
    if layout is torch.contiguous_format or not any(
        isinstance(leaf, Tensor) and leaf.ndim == 4 for leaf in tree_leaves(inputs)
    ):
        return layout
    some = inputs[:2] if isinstance(inputs, Tensor) else inputs
    device = next(model.parameters()).device
    devices = [device] if device.type == "cuda" else []
    try:
        with modes_kept(model), torch.no_grad(), torch.random.fork_rng(devices):
            model.eval()
            forward(laid_out(some, layout))
    except RuntimeError:
        return torch.contiguous_format
    return layout


def laid_out(inputs: Any, layout: torch.memory_format) -> Any:
    """Return `inputs`, a tensor or several, with images, (N, C, H, W), in `layout` and all else as it is."""
    if isinstance(inputs, Tensor):
        return inputs.to(memory_format=layout) if inputs.ndim == 4 else inputs
    return tree_map_only(Tensor, lambda tensor: laid_out(tensor, layout), inputs)


def in_layout(state: Mapping[str, Tensor], layout: torch.memory_format) -> dict[str, Tensor]:
    """Return `state` with the kernels of convolutions in `layout` where it lies on a GPU, and as it is on a CPU.

    A GPU's kernels for channels-last images take them so, and give the gradients so: no step then lays anything out.
    """
    return {name: laid_out(tensor, layout) if tensor.is_cuda else tensor for name, tensor in state.items()}
