"""Trains a network from its initialisation to an endpoint."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from mode_connectivity.datasets import TrainingBatches
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.models import in_layout, laid_out, memory_format
from mode_connectivity.training.ending import check_end
from mode_connectivity.training.loop import Recipe, descend
from mode_connectivity.training.progress import Epoch
from mode_connectivity.training.small_maps import small_maps
from mode_connectivity.training.state import Keeper, Resumable


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
    layout = memory_format(model)
    state = {name: tensor.detach().clone() for name, tensor in in_layout(start, layout).items()}
    names = [name for name, _ in model.named_parameters()]
    leaves = [state[name].requires_grad_() for name in names]
    model.train()

    last: list[tuple[Tensor, Tensor]] = []

    def step(images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        last[:] = [(images, labels)]
        with precision.autocast(), small_maps(images):
            logits = functional_call(model, state, (laid_out(images, layout),))
            loss = cross_entropy(logits.float(), labels)
        for leaf, gradient in zip(leaves, torch.autograd.grad(loss, leaves), strict=True):
            leaf.grad = gradient
        return loss.detach(), (logits.detach().argmax(1) == labels).sum()

    def shown() -> None:
        if watch is not None:
            watch(state)
            model.train()

    carried = {name: tensor for name, tensor in state.items() if name not in names}
    resumable = None if keeper is None else Resumable(keeper, batches, carried=carried, lists=readings or {})
    with precision.in_use():
        history = descend(
            leaves,
            step,
            batches,
            recipe,
            decay=recipe.weight_decay,
            resumable=resumable,
            title=title,
            after_epoch=shown,
        )
    reached = {name: tensor.detach() for name, tensor in state.items()}
    check_end(model, reached, last[0] if last else next(iter(batches)), precision, title)
    return reached, history
