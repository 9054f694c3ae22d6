"""Fits the bends of a path between fixed ends so that the loss along it is low."""

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Generator, Tensor, nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from mode_connectivity.datasets import Batches, TrainingBatches
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.models import in_layout, laid_out, memory_format, unread_statistics
from mode_connectivity.paths.equidistant import project_equidistant
from mode_connectivity.paths.path import Path, State
from mode_connectivity.paths.restrict import Mask, Restricted, frozen_on_chord, moving
from mode_connectivity.training import Epoch, Keeper, Recipe, Resumable, descend
from mode_connectivity.training.ending import check_end
from mode_connectivity.training.small_maps import small_maps


def path_gradients(
    loss: Tensor,
    point: Sequence[Tensor],
    weights: Sequence[float],
    decay: float,
    out: Sequence[Sequence[Tensor]] | None = None,
) -> list[list[Tensor]]:
    """Return gradients of loss(W_t) + decay/2 |W_t|^2 for each control point, from one gradient at the point.

    W_t is linear in the control points, so d/dW_k = B_k(t) (dloss/dW_t + decay W_t). They are written into `out`, a
    sequence for each control point, or into new tensors; the last sequence may be the point's own tensors. On a GPU
    they are always new: launches that take all tensors at once have no other place to write.
    """
    at_point = torch.autograd.grad(loss, point)
    if at_point[0].is_cuda:
        with torch.no_grad():
            total = torch._foreach_add(at_point, list(point), alpha=decay)
            return [list(torch._foreach_mul(total, weight)) for weight in weights]
    places = [[torch.empty_like(w) for w in point] for _ in weights] if out is None else out
    with torch.no_grad():
        return [
            [torch.add(g, w, alpha=decay, out=o).mul_(weight) for g, w, o in zip(at_point, point, into, strict=True)]
            for weight, into in zip(weights, places, strict=True)
        ]


def fit_bends(
    model: nn.Module,
    path: Path,
    batches: Batches,
    recipe: Recipe,
    precision: Precision,
    draws: Generator,
    *,
    mask: Mask | None = None,
    equidistant: bool = False,
    project: Callable[[State], None] | None = None,
    keeper: Keeper | None = None,
    title: str = "curve",
) -> tuple[list[State], list[Epoch]]:
    """Minimise the expected loss over t ~ U(0, 1) by SGD, one t per batch (Garipov et al. 2018, section 3.1, eq. 2).

    `recipe.weight_decay` acts on the point W_t, not on the bends. The path is not changed. Entries outside `mask` stay
    on the straight line (see `restrict`): gradient, its clipped norm, momentum and decay are those of the others alone.
    `project` moves a bend in place to where it must lie, at the start and after each step; `equidistant` does so with
    the plane equidistant from the ends.
    `keeper` keeps the state of the training, from which the same call goes on where it was interrupted.

    Returns:
        The bends (all control points but the ends) and the history.

    Raises:
        ValueError: the mask does not fit the network or lets nothing move.
        Diverged: the loss of an epoch, or at a bend's place on the path reached, is not finite.
    """
    layout = memory_format(model)
    path = type(path)([in_layout(control, layout) for control in path.controls])
    start, end = path.controls[0], path.controls[-1]
    bends = frozen_on_chord(path.controls[1:-1], start, end, mask)
    moved = type(path)([start, *bends, end])
    route = moved if mask is None else Restricted(moved, mask)
    free = moving(start, mask)
    leaves = [[bend[name].requires_grad_() for name in free] for bend in bends]
    state = {name: tensor.detach().clone() for name, tensor in start.items()}
    point = [state[name].requires_grad_() for name in free]
    gradients = [[torch.empty_like(leaf) for leaf in bend] for bend in leaves[1:]] + [[w.detach() for w in point]]
    model.train()
    unread = unread_statistics(model)
    mixed = [name for name in start if name not in unread]

    last: list[tuple[Tensor, Tensor]] = []

    def step(images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        last[:] = [(images, labels)]
        t = float(torch.rand((), generator=draws, dtype=torch.float64))
        with torch.no_grad():
            route.at(t, mixed, out=state)
        with precision.autocast(), small_maps(images):
            logits = functional_call(model, state, (laid_out(images, layout),))
            loss = cross_entropy(logits.float(), labels)
        found = path_gradients(loss, point, moved.weights(t)[1:-1], recipe.weight_decay, gradients)
        for bend, gradient in zip(leaves, found, strict=True):
            _write(bend, gradient, free.values())
        return loss.detach(), (logits.detach().argmax(1) == labels).sum()

    def put_back() -> None:
        for bend in bends:
            if project is not None:
                project(bend)
            if equidistant:
                project_equidistant(bend, start, end, free)

    put_back()
    after = put_back if equidistant or project is not None else None
    every = [leaf for bend in leaves for leaf in bend]
    resumable = None
    if keeper is not None:
        if not isinstance(batches, TrainingBatches):
            raise TypeError("only TrainingBatches can be resumed")
        resumable = Resumable(keeper, batches, {"t": draws})
    with precision.in_use():
        history = descend(every, step, batches, recipe, after=after, resumable=resumable, title=title)
    reached = [{name: tensor.detach() for name, tensor in bend.items()} for bend in bends]
    batch = last[0] if last else next(iter(batches))
    for k in range(1, len(bends) + 1):
        check_end(model, type(path)([start, *reached, end]).at(k / (len(bends) + 1)), batch, precision, title)
    return reached, history


def _write(leaves: Iterable[Tensor], gradients: Iterable[Tensor], masks: Iterable[Tensor | None]) -> None:
    for leaf, values, keep in zip(leaves, gradients, masks, strict=True):
        leaf.grad = values if keep is None else torch.where(keep, values, 0.0)
