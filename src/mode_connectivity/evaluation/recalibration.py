"""Recomputes batch-norm statistics at a point of a path; those of its neighbours do not fit it."""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from mode_connectivity.datasets import Batches, OnDevice
from mode_connectivity.models import NORMS


@torch.no_grad()
def recalibrate(model: nn.Module, state: Mapping[str, Tensor], batches: Batches) -> dict[str, Tensor]:
    """Return a copy of `state` with running means and variances averaged over `batches`.

    As in Izmailov et al. 2018 (section 3.2): the network runs in training mode with dropout off, and each batch
    counts the same. A last batch of fewer than two images is left out.
    """
    fresh = {name: tensor.clone() for name, tensor in state.items()}
    norms = [m for m in model.modules() if isinstance(m, NORMS) and m.track_running_stats]
    momenta = [norm.momentum for norm in norms]
    hooks = [norm.register_forward_pre_hook(_averaging()) for norm in norms]
    model.eval()
    try:
        for norm in norms:
            norm.train()
        for name in fresh:
            if name.endswith("num_batches_tracked"):
                fresh[name].zero_()
        for batch, labels in OnDevice(batches, next(iter(fresh.values())).device):
            if len(labels) > 1:
                functional_call(model, fresh, (batch,))
    finally:
        for norm, momentum, hook in zip(norms, momenta, hooks, strict=True):
            hook.remove()
            norm.momentum = momentum
        model.eval()
    return fresh


def _averaging() -> Callable[[Any, Any], None]:
    """Return a hook that makes a norm's statistics the plain average over its passes.

    `momentum=None` would do so too, but reads the count of passes from the device in each of them.
    """
    passes = itertools.count(1)

    def hook(norm: Any, _inputs: Any) -> None:
        norm.momentum = 1.0 / next(passes)

    return hook
