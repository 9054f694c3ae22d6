"""Measures the outputs of a network's layers, channel by channel, under the statistics of the batch."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from mode_connectivity.data.sets import Batches, OnDevice
from mode_connectivity.measures.point import completed, device_of
from mode_connectivity.measures.recalibration import Pooled, TooFewValues, batch_statistics
from mode_connectivity.measures.repairable import LAYERS, Repairable
from mode_connectivity.models import bare
from mode_connectivity.training.objective import output_of

Moments = dict[str, tuple[Tensor, Tensor]]  # layer -> mean and standard deviation of each output channel, float64
Seen = Callable[[str, nn.Module, Tensor], Tensor | None]


@torch.no_grad()
def output_moments(model: nn.Module, state: Mapping[str, Tensor], batches: Batches) -> Moments:
    """Return mean and standard deviation of each layer's outputs, channel by channel, in the order in which layers run.

    Layers are linear layers and all convolutions, transposed ones too. Moments are over the examples and positions of
    all batches. The network runs in evaluation mode, in which normalisations use the statistics of the batch: running
    ones do not fit a point of a path. The model is left as it was.

    Raises:
        NotRepairable: a layer that `repair` cannot correct; it is named.
        ValueError: no batches or no layers; a normalisation that sees a single value a channel.
    """
    model = bare(model)
    whole, found, repairable = completed(model, state), dict[str, Pooled](), Repairable(model)

    def measure(name: str, module: nn.Module, output: Tensor) -> None:
        add_outputs(found.setdefault(name, Pooled()), module, output)

    with watched(model, measure):
        for inputs, _ in OnDevice(batches, device_of(state)):
            with repairable.watching(whole):
                run(model, whole, inputs)
    if not found:
        raise ValueError("there are no batches, or no convolution or linear layer runs in them")
    repairable.check(last=list(found)[-1])
    return {name: (pooled.mean, pooled.variance().sqrt()) for name, pooled in found.items()}


@contextmanager
def watched(model: nn.Module, seen: Seen) -> Iterator[None]:
    """Show `seen(name, module, output)` the output of each layer, under the statistics of the batch.

    What it returns, unless it is None, takes the place of the output.
    """

    def watch(name: str) -> Any:
        return lambda module, _inputs, output: seen(name, module, output)

    with batch_statistics(model), ExitStack() as stack:
        for name, module in model.named_modules():
            if isinstance(module, LAYERS):
                stack.callback(module.register_forward_hook(watch(name)).remove)
        yield


def run(model: nn.Module, state: Mapping[str, Tensor], inputs: Any) -> None:
    """Run one batch.

    Raises:
        ValueError: a normalisation sees a single value a channel.
    """
    try:
        output_of(model, state, inputs)
    except TooFewValues:
        raise ValueError("a normalisation sees a single value a channel in a batch: give larger batches") from None


def channel_axis(module: nn.Module, output: Tensor) -> int:
    """Return the axis of a layer's output along which its units lie."""
    return output.ndim - 1 - (len(module.kernel_size) if isinstance(module, _ConvNd) else 0)


def add_outputs(pooled: Pooled, module: nn.Module, output: Tensor) -> None:
    """Add the outputs of a layer to their moments."""
    axis = channel_axis(module, output)
    values = output.float() if output.dtype in (torch.float16, torch.bfloat16) else output
    variance, mean = torch.var_mean(values, [dim for dim in range(output.ndim) if dim != axis], correction=0)
    pooled.add(output.numel() // output.shape[axis], mean, variance)
