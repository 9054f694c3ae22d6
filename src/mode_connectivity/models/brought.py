"""Builds a network of the user's own, named by the place of what builds it."""

import importlib
import inspect
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from mode_connectivity.models.parameters import bare

RAISED = (Exception, SystemExit, GeneratorExit)  # by a user's own code; KeyboardInterrupt is the person


def brought(name: str, options: Mapping[str, object]) -> nn.Module:
    """Call "package.module:callable" with `num_classes` and those of `options` that its signature names.

    Where it returns a network that torch has wrapped, the one inside is returned (see `bare`).

    Raises:
        ValueError: nothing to import or call there, what it returns is no module, or one whose weights
            can be neither trained nor stored; the message says which.
    """
    place, _, attribute = name.partition(":")
    try:
        module = importlib.import_module(place)
        builder = getattr(module, attribute, None)
    except ImportError as error:
        raise ValueError(f"model.name: cannot import {place!r} ({error}); put it on PYTHONPATH") from error
    except RAISED as error:  # whatever the user's own module raises
        raise ValueError(f"model.name: importing {place!r} raised {_named(error)}") from error
    if not callable(builder):
        raise ValueError(f"model.name: {place} has no callable {attribute!r}")
    try:
        wanted = {"num_classes", *inspect.signature(builder).parameters}
    except ValueError:  # a built-in has no signature to read
        wanted = {"num_classes"}
    try:
        network = builder(**{key: value for key, value in options.items() if key in wanted})
    except RAISED as error:  # whatever the user's own callable raises
        raise ValueError(f"model.name: {name} raised {_named(error)}") from error
    if not isinstance(network, nn.Module):
        raise ValueError(f"model.name: {name} returned {type(network).__name__}, not a torch.nn.Module")
    try:
        network = bare(network)
    except ValueError as error:
        raise ValueError(f"model.name: {name} returned what cannot be used: {error}") from error
    try:
        odd = _oddity(network)
    except RAISED as error:  # whatever the user's own module raises
        raise ValueError(f"model.name: {name} raised {_named(error)} in state_dict()") from error
    if odd:
        raise ValueError(f"model.name: {name} has {odd}")
    return network


def _oddity(network: nn.Module) -> str | None:
    """Return what of a network's parameters and buffers can be neither trained nor stored."""
    for key, tensor in network.state_dict(keep_vars=True).items():
        if not isinstance(tensor, Tensor):
            return f"{key} of {type(tensor).__name__} in its state; only tensors are stored"
        if is_lazy(tensor) or tensor.is_meta or tensor.layout != torch.strided:
            return f"a tensor {key} without values, or sparse"
        if isinstance(tensor, nn.Parameter) and not (tensor.is_floating_point() and tensor.requires_grad):
            how = "frozen" if tensor.is_floating_point() else f"of {tensor.dtype}"
            return f"a parameter {key} that is {how}; every parameter is trained, so make it a buffer"
    return None


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
