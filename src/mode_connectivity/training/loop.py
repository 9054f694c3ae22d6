"""Runs stochastic gradient descent on any tensors: the one loop behind endpoints and curves."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from mode_connectivity.data.sets import Batches
from mode_connectivity.training.graph import Graphed, Step
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


def descend(
    leaves: Sequence[Tensor],
    step: Step | Sequence[Step],
    batches: Batches,
    recipe: Recipe,
    *,
    decay: float = 0.0,
    before: Callable[[], None] | None = None,
    after: Callable[[], None] | None = None,
    resumable: Resumable | None = None,
    title: str = "",
    after_epoch: Callable[[], None] | None = None,
    on_epoch: Callable[[Epoch], None] | None = None,
    replayed: bool = False,
) -> list[Epoch]:
    """Move `leaves` in place by SGD and return the history.

    `step(images, labels)` writes the gradient of each leaf into its `.grad` and returns the batch's loss and number
    of right answers, nan where there are none, as detached scalars. Of several steps each moves the leaves in turn,
    with one momentum and one rate a batch, and the last one is recorded. `decay` is weight decay on the leaves
    themselves; `before` is called ahead of each batch, to draw what the host draws, `after` after each step, to put the
    leaves back where they must lie, `after_epoch` after each pass, and `on_epoch` with what the pass showed. `replayed`
    is for a GPU: the steps are recorded, see `Graphed`. `resumable` keeps the state of the training, from which it
    goes on where it was interrupted.

    Raises:
        Diverged: the loss of an epoch is not finite.
    """
    descent = Momentum(leaves, recipe.momentum, decay, replayed)
    steps = len(batches)
    taken = _taken((step,) if callable(step) else tuple(step), descent, recipe.clip_norm, after)
    if replayed:
        taken = Graphed(taken)
    done = Progress() if resumable is None else resumable.restored(descent)
    with _bar(recipe.epochs * steps, done, steps, title) as bar:
        while done.epoch < recipe.epochs:
            for images, labels in batches if resumable is None else resumable.rest_of_epoch(done):
                rate = _rate(recipe, done, steps)
                descent.set_rate(rate)
                if before is not None:
                    before()
                loss, right = taken(images, labels)
                done.add(loss, right, len(labels) if isinstance(labels, Tensor) and labels.ndim else 1, rate)
                bar.update()
                if resumable is not None and resumable.keeper.due():
                    resumable.keep(descent, done)
            _show(bar, done.end_epoch(title))
            if after_epoch is not None:
                after_epoch()
            if on_epoch is not None:
                on_epoch(done.history[-1])
    if resumable is not None:
        resumable.keep(descent, done)
    return done.history


def _taken(steps: Sequence[Step], descent: Momentum, clip: float | None, after: Callable[[], None] | None) -> Step:
    """Return what happens to the leaves on one batch."""

    def taken(images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        for step in steps:
            loss, right = step(images, labels)
            if clip is not None:
                torch.nn.utils.clip_grad_norm_(descent.leaves, clip)
            descent.step()
            if after is not None:
                after()
        return loss, right

    return taken


def _rate(recipe: Recipe, done: Progress, steps: int) -> float:
    """Return the learning rate of the next step."""
    return recipe.learning_rate * SCHEDULES[recipe.schedule]((done.epoch * steps + done.step) / (recipe.epochs * steps))


def _bar(total: int, done: Progress, steps: int, title: str) -> Any:
    bar = tqdm(total=total, initial=done.epoch * steps + done.step, desc=title, unit="step", disable=None)
    if done.history:
        _show(bar, done.history[-1])
    return bar


def _show(bar: Any, epoch: Epoch) -> None:
    accuracy = {} if math.isnan(epoch.accuracy) else {"accuracy": f"{epoch.accuracy:.1%}"}
    bar.set_postfix(loss=f"{epoch.loss:.4f}", **accuracy)
