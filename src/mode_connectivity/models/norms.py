"""Tells which networks keep running statistics, and keeps the modes of their modules."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

NORMS = nn.modules.batchnorm._NormBase  # batch norms, and instance norms, which may keep running statistics too


def has_statistics(model: nn.Module) -> bool:
    """Return whether the model keeps running statistics."""
    return any(isinstance(module, NORMS) and module.track_running_stats for module in model.modules())


def unread_statistics(model: nn.Module) -> set[str]:
    """Return the names of running statistics that the model, in its present mode, updates but does not read."""
    return {
        f"{name}.{statistic}" if name else statistic
        for name, module in model.named_modules()
        if isinstance(module, NORMS) and module.training and module.track_running_stats
        for statistic, _ in module.named_buffers(recurse=False)
    }


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
