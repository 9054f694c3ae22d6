"""Trains a network from its initialisation to an endpoint."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from mode_connectivity.data.sets import TrainingBatches
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.models import format_that_runs, in_layout, laid_out, memory_format
from mode_connectivity.training.ending import Batch, check_end
from mode_connectivity.training.loop import Recipe, descend
from mode_connectivity.training.objective import output_of
from mode_connectivity.training.progress import Epoch
from mode_connectivity.training.small_maps import small_maps
from mode_connectivity.training.state import Keeper, Resumable
from mode_connectivity.training.weights import Weights


def train_endpoint(
    model: nn.Module,
    start: Mapping[str, Tensor],
    batches: TrainingBatches,
    recipe: Recipe,
    precision: Precision,
    *,
    keeper: Keeper | None = None,
    title: str = "endpoint",
    watch: Callable[[Mapping[str, Tensor]], None] | None = None,
    readings: Mapping[str, list[float]] | None = None,
) -> tuple[dict[str, Tensor], list[Epoch]]:
    """Return the state dict reached from `start` by SGD on the cross entropy, and the history. `start` is not changed.

    `keeper` keeps the state of the training, from which the same call goes on where it was interrupted.
    `watch` is shown the state after every epoch, and must leave it as it is; `readings` are the lists to which it
    appends, which are kept with the state.
    """
    with precision.in_use():
        layout = _layout_of(model, start, batches)
    weights = Weights(model, in_layout(start, layout))
    model.train()
    last: list[Batch] = []

    def step(images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        last[:] = [(images, labels)]
        with precision.autocast(), small_maps(images):
            logits = functional_call(model, weights.placed, (laid_out(images, layout),), tie_weights=False)
            loss = cross_entropy(logits.float(), labels)
        weights.write(torch.autograd.grad(loss, weights.leaves, allow_unused=True))
        return loss.detach(), (logits.detach().argmax(1) == labels).sum()

    def shown() -> None:
        if watch is not None:
            watch(weights.state)
            model.train()

    kept = None if keeper is None else Resumable(keeper, batches, carried=weights.carried, lists=readings or {})
    decay = recipe.weight_decay
    with precision.in_use():
        history = descend(
            weights.leaves,
            step,
            batches,
            recipe,
            decay=decay,
            resumable=kept,
            title=title,
            after_epoch=shown,
            replayed=precision.replays,
        )
    batch = last[0] if last else next(iter(batches))
    check_end(model, weights.reached(), batch, precision, title, layout=layout)
    return weights.reached(), history


def _layout_of(model: nn.Module, start: Mapping[str, Tensor], batches: TrainingBatches) -> torch.memory_format:
    example = batches.scaling.apply(batches.images.pixels[:2])
    return format_that_runs(model, memory_format(model), example, lambda images: output_of(model, start, images))
