"""Scores a plane: every probe set at every point of a grid, by the sweep that scores a path."""

from collections.abc import Callable, Mapping

import numpy as np
from torch import Tensor, nn

from mode_connectivity.data.sets import Batches
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.measures.metrics import Metrics
from mode_connectivity.measures.profile import Floats, Profile
from mode_connectivity.measures.sweep import Recalibration, sweep
from mode_connectivity.training.objective import Loss


def sweep_grid(
    model: nn.Module,
    at: Callable[[float, float], Mapping[str, Tensor]],
    xs: Floats,
    ys: Floats,
    probe_sets: Mapping[str, Batches],
    *,
    loss: Loss | None = None,
    metrics: Metrics | None = None,
    precision: Precision | None = None,
    recalibration: Recalibration = None,
    title: str = "plane",
) -> dict[str, Profile]:
    """Return the profile of each probe set over the grid, (Y, X) each; `at(x, y)` is the state dict at a point.

    All else, errors too, as in `sweep`.
    """
    places = [(float(x), float(y)) for y in ys for x in xs]
    profiles = sweep(
        model,
        lambda place: at(*places[int(place)]),
        np.arange(len(places), dtype=np.float64),
        probe_sets,
        loss=loss,
        metrics=metrics,
        precision=precision,
        recalibration=recalibration,
        title=title,
    )
    return {name: each.shaped((len(ys), len(xs))) for name, each in profiles.items()}
