"""Builds a network of the user's own, named by the place of what builds it."""

import importlib
import inspect
from collections.abc import Mapping

from torch import nn


def brought(name: str, options: Mapping[str, object]) -> nn.Module:
    """Call "package.module:callable" with `num_classes` and those of `options` that its signature names.

    Raises:
        ValueError: nothing to import or call there, or what it returns is no module; the message says which.
    """
    place, _, attribute = name.partition(":")
    try:
        module = importlib.import_module(place)
    except ImportError as error:
        raise ValueError(f"model.name: cannot import {place!r} ({error}); put it on PYTHONPATH") from error
    except (Exception, SystemExit) as error:  # whatever the user's own module raises
        raise ValueError(f"model.name: importing {place!r} raised {_named(error)}") from error
    builder = getattr(module, attribute, None)
    if not callable(builder):
        raise ValueError(f"model.name: {place} has no callable {attribute!r}")
    try:
        wanted = {"num_classes", *inspect.signature(builder).parameters}
    except ValueError:  # a built-in has no signature to read
        wanted = {"num_classes"}
    try:
        network = builder(**{key: value for key, value in options.items() if key in wanted})
    except (Exception, SystemExit) as error:  # whatever the user's own callable raises
        raise ValueError(f"model.name: {name} raised {_named(error)}") from error
    if not isinstance(network, nn.Module):
        raise ValueError(f"model.name: {name} returned {type(network).__name__}, not a torch.nn.Module")
    return network


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
