"""Fits the bends of a path between fixed ends so that the loss along it is low."""

from collections.abc import Callable

from torch import Generator, nn

from mode_connectivity.data.sets import Batches, TrainingBatches
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.paths.bend_steps import BendSteps
from mode_connectivity.paths.path import Path, State
from mode_connectivity.paths.restrict import Mask
from mode_connectivity.training import Epoch, Keeper, Recipe, Resumable, descend
from mode_connectivity.training.objective import Loss


def fit_bends(
    model: nn.Module,
    path: Path,
    batches: Batches,
    recipe: Recipe,
    precision: Precision,
    draws: Generator,
    *,
    mask: Mask | None = None,
    project: Callable[[State], None] | None = None,
    keeper: Keeper | None = None,
    title: str = "curve",
    loss: Loss | None = None,
    on_epoch: Callable[[Epoch], None] | None = None,
) -> tuple[list[State], list[Epoch]]:
    """Minimise the expected loss over t ~ U(0, 1) by SGD, one t per batch (Garipov et al. 2018, section 3.1, eq. 2).

    The parameters of `model` that require gradients move, tied ones as one. Buffers, frozen parameters and entries
    outside `mask` (see `restrict`) lie on the straight line: gradient, its clipped norm, momentum and decay are those
    of the others alone. A parameter that the loss does not depend on has no gradient and stays where its bend starts.
    `recipe.weight_decay` acts on the point W_t, not on the bends. The path is not changed.
    `project` moves a bend in place to where it must lie, at the start and after each step.
    `keeper` keeps the state of the training, from which the same call goes on where it was interrupted.
    `loss` is that of `training.objective`; `on_epoch` is shown each pass when it is done.

    Returns:
        The bends (all control points but the ends) and the history.

    Raises:
        ValueError: the mask does not fit the network or lets nothing move, or outputs that the loss does not take.
        Diverged: the loss of an epoch, or at a bend's place on the path reached, is not finite.
    """
    if not model.training:  # one in training mode may hold parts that are not, on purpose
        model.train()
    steps = BendSteps(model, path, recipe.weight_decay, precision, draws, mask, loss)

    def put_back() -> None:
        for bend in steps.bends:
            if project is not None:
                project(bend)

    put_back()
    after = None if project is None else put_back
    resumable = None if keeper is None else Resumable(keeper, _in_passes(batches), {"t": draws})
    with precision.in_use():
        history = descend(
            steps.leaves,
            steps.step,
            batches,
            recipe,
            before=steps.draw,
            after=after,
            on_epoch=on_epoch,
            resumable=resumable,
            title=title,
            replayed=precision.replays,
        )
    return steps.reached(batches, title), history


def _in_passes(batches: Batches) -> TrainingBatches:
    if not isinstance(batches, TrainingBatches):
        raise TypeError("only TrainingBatches can be resumed")
    return batches
