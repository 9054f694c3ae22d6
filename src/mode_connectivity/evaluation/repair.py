"""Repairs an interpolated network (REPAIR): gives its units the spread of activations that its ends have."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from mode_connectivity.datasets import Images, Scaling

LAYERS = (nn.Conv2d, nn.Linear)
State = Mapping[str, Tensor]
Moments = dict[str, tuple[Tensor, Tensor]]  # layer -> mean and standard deviation of each output channel


@torch.no_grad()
def output_moments(model: nn.Module, state: State, images: Images, scaling: Scaling) -> Moments:
    """Return mean and standard deviation over images and positions of each convolution's and linear layer's outputs.

    A layer that runs more than once has no such moments and stays out.
    """
    moments: Moments = {}
    runs: Counter[str] = Counter()

    def watch(name: str) -> Any:
        def hook(module: nn.Module, _inputs: Any, output: Tensor) -> None:
            runs[name] += 1
            moments[name] = _moments(output, _channels(module, output))

        return hook

    _run(model, state, images, scaling, watch)
    return {name: values for name, values in moments.items() if runs[name] == 1}


@torch.no_grad()
def repair(
    model: nn.Module, state: State, t: float, ends: tuple[Moments, Moments], images: Images, scaling: Scaling
) -> dict[str, Tensor]:
    """Return a copy of `state` whose layers' outputs have the interpolated moments of the two ends, channel by channel.

    Mean and deviation become (1-t) of one end and t of the other (Jordan et al. 2023, eq. 6), folded into weights and
    biases.

    Layers are corrected in the order in which they run, each on what the corrected ones before it give it, in one
    forward pass over `images`. The last layer is left as it is, and so is one that runs more than once and a layer
    without bias: a normalisation stands behind it, whose statistics `recalibrate` recomputes.
    """
    fresh = {name: tensor.clone() for name, tensor in state.items()}
    last = list(ends[0])[-1]

    def correct(name: str) -> Any:
        def hook(module: nn.Module, _inputs: Any, output: Tensor) -> Tensor | None:
            if name == last or name not in ends[0] or f"{name}.bias" not in fresh:
                return None
            channels = _channels(module, output)
            mean, deviation = _moments(output, channels)
            (mean0, deviation0), (mean1, deviation1) = ends[0][name], ends[1][name]
            factor = ((1 - t) * deviation0 + t * deviation1) / deviation.clamp_min(1e-12)
            factor = torch.where(deviation > 1e-12, factor, 1.0)
            target = (1 - t) * mean0 + t * mean1
            weight, bias = fresh[f"{name}.weight"], fresh[f"{name}.bias"]
            weight.mul_(factor.view(-1, *[1] * (weight.ndim - 1)))
            bias.copy_((bias - mean) * factor + target)
            shape = [-1 if dim == channels else 1 for dim in range(output.ndim)]
            return output.sub_(mean.view(shape)).mul_(factor.view(shape)).add_(target.view(shape))

        return hook

    _run(model, state, images, scaling, correct)
    return fresh


def _channels(module: nn.Module, output: Tensor) -> int:
    return output.ndim - 1 if isinstance(module, nn.Linear) else 1


def _moments(output: Tensor, channels: int) -> tuple[Tensor, Tensor]:
    dims = [dim for dim in range(output.ndim) if dim != channels]
    variance, mean = torch.var_mean(output, dims, correction=0)
    return mean, variance.sqrt()


def _run(model: nn.Module, state: State, images: Images, scaling: Scaling, hook_of: Any) -> None:
    model.eval()
    hooks = [
        module.register_forward_hook(hook_of(name))
        for name, module in model.named_modules()
        if isinstance(module, LAYERS)
    ]
    try:
        functional_call(model, dict(state), (scaling.apply(images.pixels),))
    finally:
        for hook in hooks:
            hook.remove()
