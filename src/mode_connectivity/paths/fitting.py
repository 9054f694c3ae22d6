"""Fits the bends of a path between fixed ends so that the loss along it is low."""

from collections.abc import Callable

from torch import Generator, nn

from mode_connectivity.datasets import Batches, TrainingBatches
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.paths.bend_steps import BendSteps
from mode_connectivity.paths.equidistant import project_equidistant
from mode_connectivity.paths.path import Path, State
from mode_connectivity.paths.restrict import Mask
from mode_connectivity.training import Epoch, Keeper, Recipe, Resumable, descend


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
    model.train()
    steps = BendSteps(model, path, recipe.weight_decay, precision, draws, mask)

    def put_back() -> None:
        for bend in steps.bends:
            if project is not None:
                project(bend)
            if equidistant:
                project_equidistant(bend, steps.start, steps.end, steps.free)

    put_back()
    after = put_back if equidistant or project is not None else None
    resumable = None if keeper is None else Resumable(keeper, _in_passes(batches), {"t": draws})
    with precision.in_use():
        history = descend(
            steps.leaves,
            steps.step,
            batches,
            recipe,
            before=steps.draw,
            after=after,
            resumable=resumable,
            title=title,
            replayed=precision.replays,
        )
    return steps.reached(batches, title), history


def _in_passes(batches: Batches) -> TrainingBatches:
    if not isinstance(batches, TrainingBatches):
        raise TypeError("only TrainingBatches can be resumed")
    return batches
