"""Records how far a training has come, and checks where it ends."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from mode_connectivity.foundations.precision import Precision
from mode_connectivity.models import laid_out, modes_kept
from mode_connectivity.training.objective import Loss, mean_loss, output_of


class Diverged(ValueError):
    """Reports that the loss is no longer a finite number."""


@dataclass(frozen=True)
class Epoch:
    """Holds means over the batches of one pass, and the learning rate of its last step.

    They are the training loss without the weight decay, and the accuracy in [0, 1], nan where it is not defined.
    """

    loss: float
    accuracy: float
    learning_rate: float


@dataclass
class Progress:
    """Counts `step` batches into pass `epoch`; holds losses and right answers, on the device, and the passes before.

    `order` is the state from which the generator of this pass drew its order, where that is remembered.
    """

    epoch: int = 0
    step: int = 0
    seen: int = 0
    rate: float = 0.0
    losses: list[Tensor] = field(default_factory=list)
    right: list[Tensor] = field(default_factory=list)
    history: list[Epoch] = field(default_factory=list)
    order: Tensor | None = None

    def add(self, loss: Tensor, right: Tensor, images: int, rate: float) -> None:
        """Record one finished batch."""
        self.losses.append(loss)
        self.right.append(right)
        self.step += 1
        self.seen += images
        self.rate = rate

    def end_epoch(self, title: str) -> Epoch:
        """Return the means of this pass, all of whose batches are done, and begin the next one.

        Raises:
            Diverged: their mean loss is not finite.
        """
        loss, right = float(torch.stack(self.losses).double().mean()), float(torch.stack(self.right).sum())
        if not torch.isfinite(torch.tensor(loss)):
            raise Diverged(f"{title}: the loss is {loss} after epoch {self.epoch + 1}; lower the learning_rate")
        done = Epoch(loss, right / self.seen, self.rate)
        self.history.append(done)
        self.losses, self.right = [], []
        self.epoch, self.step, self.seen, self.order = self.epoch + 1, 0, 0, None
        return done


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
