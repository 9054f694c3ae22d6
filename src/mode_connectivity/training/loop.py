"""Runs stochastic gradient descent on any tensors: the one loop behind endpoints and curves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from mode_connectivity.datasets import Batches
from mode_connectivity.training.momentum import Momentum
from mode_connectivity.training.progress import Epoch, Progress
from mode_connectivity.training.schedules import SCHEDULES
from mode_connectivity.training.state import Resumable


@dataclass(frozen=True)
class Recipe:
    """Holds the settings of SGD with momentum; `weight_decay` is the factor of half the squared norm in the loss."""

    epochs: int
    batch_size: int
    learning_rate: float
    momentum: float = 0.9
    weight_decay: float = 0.0
    schedule: str = "constant"
    clip_norm: float | None = None


Step = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


def descend(
    leaves: Sequence[Tensor],
    step: Step | Sequence[Step],
    batches: Batches,
    recipe: Recipe,
    *,
    decay: float = 0.0,
    after: Callable[[], None] | None = None,
    resumable: Resumable | None = None,
    title: str = "",
    after_epoch: Callable[[], None] | None = None,
) -> list[Epoch]:
    """Move `leaves` in place by SGD and return the history.

    `step(images, labels)` writes the gradient of each leaf into its `.grad` and returns the batch's loss and number
    of right answers as detached scalars. Of several steps each moves the leaves in turn, with one momentum and one
    rate a batch, and the last one is recorded. `decay` is weight decay on the leaves themselves; `after` is
    called after each step, to put the leaves back where they must lie, and `after_epoch` after each pass.
    `resumable` keeps the state of the training, from which it goes on where it was interrupted.

    Raises:
        Diverged: the loss of an epoch is not finite.
    """
    descent = Momentum(leaves, recipe.momentum, decay)
    steps = len(batches)
    moves = (step,) if callable(step) else tuple(step)
    done = Progress() if resumable is None else resumable.restored(descent)
    with _bar(recipe.epochs * steps, done, steps, title) as bar:
        while done.epoch < recipe.epochs:
            for images, labels in batches if resumable is None else resumable.rest_of_epoch(done):
                rate = _rate(recipe, done, steps)
                for move in moves:
                    loss, right = move(images, labels)
                    if recipe.clip_norm is not None:
                        torch.nn.utils.clip_grad_norm_(leaves, recipe.clip_norm)
                    descent.step(rate)
                    if after is not None:
                        after()
                done.add(loss, right, len(labels), rate)
                bar.update()
                if resumable is not None and resumable.keeper.due():
                    resumable.keep(descent, done)
            _show(bar, done.end_epoch(title))
            if after_epoch is not None:
                after_epoch()
    if resumable is not None:
        resumable.keep(descent, done)
    return done.history


def _rate(recipe: Recipe, done: Progress, steps: int) -> float:
    """Return the learning rate of the next step."""
    return recipe.learning_rate * SCHEDULES[recipe.schedule]((done.epoch * steps + done.step) / (recipe.epochs * steps))


def _bar(total: int, done: Progress, steps: int, title: str) -> Any:
    bar = tqdm(total=total, initial=done.epoch * steps + done.step, desc=title, unit="step", disable=None)
    if done.history:
        _show(bar, done.history[-1])
    return bar


def _show(bar: Any, epoch: Epoch) -> None:
    bar.set_postfix(loss=f"{epoch.loss:.4f}", accuracy=f"{epoch.accuracy:.1%}")
