"""Looks at where a training ended: the loss of its last step was measured before that step."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from mode_connectivity.foundations.precision import Precision
from mode_connectivity.models import laid_out, memory_format
from mode_connectivity.training.objective import output_of
from mode_connectivity.training.progress import Diverged

Batch = tuple[Tensor, Tensor]


def check_end(model: nn.Module, state: Mapping[str, Tensor], batch: Batch, precision: Precision, title: str) -> None:
    """Evaluate `state` on one batch of (inputs, labels); no generator draws and no statistic moves.

    Raises:
        Diverged: its loss is not finite.
    """
    inputs, labels = batch
    mode = model.training
    model.eval()
    try:
        with torch.no_grad(), precision.in_use(), precision.autocast():
            logits = output_of(model, state, laid_out(inputs, memory_format(model)))
            loss = float(cross_entropy(logits.float(), labels))
    finally:
        model.train(mode)
    if not torch.isfinite(torch.tensor(loss)):
        raise Diverged(f"{title}: the loss is {loss} after the last step; lower the learning_rate")
