"""Trains a network from its initialisation to an endpoint, and holds its weights meanwhile."""

from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from mode_connectivity.data.sets import TrainingBatches
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.models import format_that_runs, in_layout, laid_out, memory_format, tied, trained_parameters
from mode_connectivity.training.loop import Recipe, descend
from mode_connectivity.training.objective import output_of, placed
from mode_connectivity.training.progress import Batch, Epoch, check_end
from mode_connectivity.training.small_maps import small_maps
from mode_connectivity.training.state import Keeper, Resumable


class Weights:
    """Holds a copy of `start`, the `state`, whose `leaves` in the order of `model` are moved in place.

    These are the parameters that require gradients; tied ones are one leaf, which stands in the state under each of
    their names. `placed` is the state as `torch.func.functional_call` with `tie_weights=False` takes it. `carried` are
    the other tensors, such as running statistics, which a forward pass may move.
    """

    def __init__(self, model: nn.Module, start: Mapping[str, Tensor]) -> None:
        self.state = {name: tensor.detach().clone() for name, tensor in start.items()}
        names = trained_parameters(model)
        self.leaves = [self.state[name].requires_grad_() for name in names]
        self._tied = tied(model)
        self.state |= {name: self.state[first] for name, first in self._tied.items()}
        self.placed = placed(model, self.state)
        self.carried = {name: tensor for name, tensor in self.state.items() if name not in (*names, *self._tied)}

    def write(self, gradients: Iterable[Tensor | None]) -> None:
        """Make `gradients` those of the leaves; one that has none, None, does not move in the step."""
        for leaf, gradient in zip(self.leaves, gradients, strict=True):
            leaf.grad = gradient

    def reached(self) -> dict[str, Tensor]:
        """Return the state as it is now, without gradients, each name with a tensor of its own."""
        state = {name: tensor.detach() for name, tensor in self.state.items()}
        return state | {name: state[name].clone() for name in self._tied}


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
