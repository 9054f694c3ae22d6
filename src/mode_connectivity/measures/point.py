"""Makes the whole state of a model at one point, on one device, to which a forward pass may write."""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

from mode_connectivity.training.objective import first_names, shared_once


def device_of(state: Mapping[str, Tensor]) -> torch.device:
    """Return the device on which a state dict lies, that of its first tensor."""
    return next(iter(state.values())).device


def completed(model: nn.Module, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return every tensor of `model` under its first name, on the device of `state`: from there, or else its own.

    Buffers are copies, to which a forward pass may write. The others are the tensors of `state` themselves.

    Raises:
        ValueError: a name that the model does not have.
    """
    given, device = shared_once(state, first_names(model)), device_of(state)
    parameters = {name: given.get(name, mine).detach().to(device) for name, mine in model.named_parameters()}
    buffers = {name: given.get(name, mine).detach().to(device, copy=True) for name, mine in model.named_buffers()}
    return parameters | buffers


def as_named(model: nn.Module, whole: Mapping[str, Tensor], names: Iterable[str]) -> dict[str, Tensor]:
    """Return the tensors of `whole`, which `completed` made, under `names`, a shared one under each of its own."""
    first = first_names(model)
    return {name: whole[first[name]] for name in names}
