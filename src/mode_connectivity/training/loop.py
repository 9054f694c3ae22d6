"""Stochastic gradient descent on any tensors: the one loop behind endpoints and curves."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from tqdm import tqdm

from mode_connectivity.training.schedules import SCHEDULES


class Diverged(ValueError):
    """The loss is no longer a finite number."""


@dataclass(frozen=True)
class Recipe:
    """SGD with momentum; `weight_decay` is the factor of half the squared norm in the loss."""

    epochs: int
    batch_size: int
    learning_rate: float
    momentum: float = 0.9
    weight_decay: float = 0.0
    schedule: str = "constant"
    clip_norm: float | None = None


@dataclass(frozen=True)
class Epoch:
    """Means over the batches of one pass: the training loss without the weight decay, the accuracy in [0, 1], and
    the learning rate of the last step."""

    loss: float
    accuracy: float
    learning_rate: float


Step = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


class Batches(Protocol):
    """(inputs, labels), anew in each pass; `TrainingBatches` are the usual ones."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]: ...


def descend(
    leaves: Sequence[Tensor],
    step: Step | Sequence[Step],
    batches: Batches,
    recipe: Recipe,
    *,
    decay: float = 0.0,
    after: Callable[[], None] | None = None,
    title: str = "",
    after_epoch: Callable[[], None] | None = None,
) -> list[Epoch]:
    """Move `leaves` in place and return the history.

    `step(images, labels)` writes the gradient of each leaf into its `.grad` and returns the batch's loss and number
    of right answers as detached scalars. Of several steps each moves the leaves in turn, with one momentum and one
    rate a batch, and the last one is recorded. `decay` is the optimizer's own weight decay on the leaves; `after` is
    called after each step, to put the leaves back where they must lie, and `after_epoch` after each pass.

    Raises:
        Diverged: the loss of an epoch is not finite.
    """
    optimizer = torch.optim.SGD(leaves, lr=recipe.learning_rate, momentum=recipe.momentum, weight_decay=decay)
    factor = SCHEDULES[recipe.schedule]
    moves = (step,) if callable(step) else tuple(step)
    steps = recipe.epochs * len(batches)
    history: list[Epoch] = []
    with tqdm(total=steps, desc=title, unit="step", disable=None) as bar:
        for epoch in range(recipe.epochs):
            losses: list[Tensor] = []
            right: list[Tensor] = []
            seen, rate = 0, 0.0
            for images, labels in batches:
                rate = recipe.learning_rate * factor(_share_done(epoch, len(losses), len(batches), recipe.epochs))
                for group in optimizer.param_groups:
                    group["lr"] = rate
                for move in moves:
                    loss, correct = move(images, labels)
                    if recipe.clip_norm is not None:
                        torch.nn.utils.clip_grad_norm_(leaves, recipe.clip_norm)
                    optimizer.step()
                    if after is not None:
                        after()
                losses.append(loss)
                right.append(correct)
                seen += len(labels)
                bar.update()
            done = Epoch(float(torch.stack(losses).double().mean()), float(torch.stack(right).sum()) / seen, rate)
            if not torch.isfinite(torch.tensor(done.loss)):
                raise Diverged(f"{title}: the loss is {done.loss} after epoch {epoch + 1}; lower the learning_rate")
            history.append(done)
            bar.set_postfix(loss=f"{done.loss:.4f}", accuracy=f"{done.accuracy:.1%}")
            if after_epoch is not None:
                after_epoch()
    return history


def _share_done(epoch: int, step: int, steps: int, epochs: int) -> float:
    """Share of the training that lies behind the given step, in [0, 1)."""
    return (epoch * steps + step) / (epochs * steps)
