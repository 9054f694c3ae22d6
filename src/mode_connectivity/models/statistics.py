"""Names the running statistics of normalisation layers."""

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
