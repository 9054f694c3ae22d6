"""Repairs an interpolated network (REPAIR): gives its units the spread of activations that its ends have."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvTransposeNd

from mode_connectivity.data.sets import Batches, OnDevice
from mode_connectivity.measures.layer_moments import Moments, add_outputs, channel_axis, run, watched
from mode_connectivity.measures.point import as_named, completed, device_of
from mode_connectivity.measures.recalibration import Pooled, recalibrate
from mode_connectivity.models import bare, has_statistics

CONSTANT = 1e-6  # a unit whose outputs deviate by less than this share of their size does not vary


class _Measured(Exception):
    """Ends a pass at the layer that it was to measure."""


@torch.no_grad()
def repair(
    model: nn.Module, state: Mapping[str, Tensor], t: float, ends: tuple[Moments, Moments], batches: Batches
) -> dict[str, Tensor]:
    """Return a copy of `state` whose layers' outputs have the interpolated moments of the two ends, channel by channel.

    Mean and deviation become (1-t) of one end and t of the other (Jordan et al. 2023, eq. 6), folded into weights and
    biases. `ends` are the `output_moments` of both on the same batches, which must come the same in each pass: then
    the ends are left as they are.

    Layers are corrected in the order in which they run, each on what the corrected ones before it give it. Norms use
    the statistics of the batch meanwhile, and their running statistics are recomputed at last, as by `recalibrate`. A
    layer without bias is left to the norm that reads its outputs, which gives them its own mean and deviation; the last
    layer is left as it is. Embeddings, scales of norms and other parameters follow the path. One batch takes one
    forward pass; several take up to one for each layer, as a layer's moments are those of all batches.

    Raises:
        ValueError: there are no batches, or other layers than in `ends`.
    """
    model = bare(model)
    whole = {name: tensor.clone() for name, tensor in completed(model, state).items()}
    given = list(OnDevice(batches, device_of(state)))
    if not given or list(ends[0]) != list(ends[1]):
        raise ValueError("REPAIR needs a batch or more, and the output_moments of both ends of one path")
    waiting = [name for name in list(ends[0])[:-1] if f"{name}.bias" in whole]
    pooled: dict[str, Pooled] = {name: Pooled() for name in waiting}

    def correct(name: str, module: nn.Module, output: Tensor) -> Tensor | None:
        if name not in waiting:
            return None
        add_outputs(pooled[name], module, output)
        if len(given) > 1:
            raise _Measured
        factor, shift = _fold(whole, name, module, pooled[name], _target(t, ends, name))
        axis = channel_axis(module, output)
        shape = [-1 if dim == axis else 1 for dim in range(output.ndim)]
        return output * factor.to(output.dtype).view(shape) + shift.to(output.dtype).view(shape)

    with watched(model, correct):
        for name in [*waiting] if len(given) > 1 else ("",):
            for inputs, _ in given:
                with suppress(_Measured):
                    run(model, whole, inputs)
            if name:
                _fold(whole, name, model.get_submodule(name), pooled[name], _target(t, ends, name))
                waiting.remove(name)
    named = as_named(model, whole, state)
    return recalibrate(model, named, batches) if has_statistics(model) else named


def _target(t: float, ends: tuple[Moments, Moments], name: str) -> tuple[Tensor, Tensor]:
    (mean0, deviation0), (mean1, deviation1) = ends[0][name], ends[1][name]
    return (1 - t) * mean0 + t * mean1, (1 - t) * deviation0 + t * deviation1


def _fold(
    state: Mapping[str, Tensor], name: str, module: Any, pooled: Pooled, target: tuple[Tensor, Tensor]
) -> tuple[Tensor, Tensor]:
    """Fold factor and shift of every output channel, which are returned, into a layer's weight and bias, in place."""
    mean, deviation = pooled.mean, pooled.variance().sqrt()
    size = (mean.square() + deviation.square()).sqrt()
    factor = torch.where(deviation > CONSTANT * size, target[1] / deviation.clamp_min(1e-300), 1.0)
    shift = target[0] - mean * factor
    weight, bias = state[f"{name}.weight"], state[f"{name}.bias"]
    if isinstance(module, _ConvTransposeNd):  # (in, out of a group, ...), the groups' inputs one after the other
        rows = weight.view(module.groups, -1, *weight.shape[1:])
        rows.mul_(factor.to(weight.dtype).view(module.groups, 1, -1, *[1] * (weight.ndim - 2)))
    else:
        weight.mul_(factor.to(weight.dtype).view(-1, *[1] * (weight.ndim - 1)))
    bias.copy_(bias * factor + shift)
    return factor, shift
