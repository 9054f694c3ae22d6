"""Keeps a network's modes: whether each of its modules is in training or in evaluation mode."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def modes_kept(model: nn.Module) -> Iterator[None]:
    """Put every module of `model` back into its own mode afterwards, an exception included.

    `model.train(mode)` would not do: it gives all modules one mode, also a normalisation that was frozen by `eval()`.
    """
    modes = [(module, module.training) for module in model.modules()]
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training
