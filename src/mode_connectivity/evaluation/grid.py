"""Scores a plane: every probe set at every point of a grid, by the sweep that scores a path."""

from collections.abc import Callable, Mapping

import numpy as np
from torch import Tensor, nn

from mode_connectivity.datasets import Batches
from mode_connectivity.evaluation.sweep import Floats, Profile, sweep
from mode_connectivity.foundations.precision import Precision


def sweep_grid(
    model: nn.Module,
    at: Callable[[float, float], Mapping[str, Tensor]],
    xs: Floats,
    ys: Floats,
    probe_sets: Mapping[str, Batches],
    *,
    precision: Precision | None = None,
    recalibration: Batches | None = None,
    title: str = "plane",
) -> dict[str, Profile]:
    """Return the profile of each probe set over the grid, (Y, X) each; `at(x, y)` is the state dict at a point.

    Batch-norm statistics and errors as in `sweep`.
    """
    places = [(float(x), float(y)) for y in ys for x in xs]
    profiles = sweep(
        model,
        lambda place: at(*places[int(place)]),
        np.arange(len(places), dtype=np.float64),
        probe_sets,
        precision=precision,
        recalibration=recalibration,
        title=title,
    )
    shape = (len(ys), len(xs))
    return {name: Profile(each.loss.reshape(shape), each.accuracy.reshape(shape)) for name, each in profiles.items()}
