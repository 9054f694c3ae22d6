"""Looks at where a training ended: the loss of its last step was measured before that step."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from mode_connectivity.foundations.precision import Precision
from mode_connectivity.models import laid_out, modes_kept
from mode_connectivity.training.objective import Loss, mean_loss, output_of
from mode_connectivity.training.progress import Diverged

Batch = tuple[Any, Any]


def check_end(
    model: nn.Module,
    state: Mapping[str, Tensor],
    batch: Batch,
    precision: Precision,
    title: str,
    *,
    loss: Loss | None = None,
    layout: torch.memory_format = torch.contiguous_format,
) -> None:
    """Evaluate `state` on one batch of (inputs, targets); no generator draws and no statistic moves.

    Raises:
        Diverged: its loss is not finite.
    """
    inputs, targets = batch
    with modes_kept(model), torch.no_grad(), precision.in_use(), precision.autocast():
        model.eval()
        reached = float(mean_loss(loss, output_of(model, state, laid_out(inputs, layout)), targets))
    if not math.isfinite(reached):
        raise Diverged(f"{title}: the loss is {reached} after the last step; lower the learning_rate")
