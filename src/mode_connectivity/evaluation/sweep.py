"""Scoring a path: every probe set at every point, in one visit to each point."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm

from mode_connectivity.datasets import Images, Scaling
from mode_connectivity.evaluation.metrics import Score, score
from mode_connectivity.evaluation.recalibration import has_statistics, recalibrate
from mode_connectivity.foundations.precision import Precision

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Profile:
    """Loss (nats) and accuracy ([0, 1]) along a path, (T,) float64 each."""

    loss: Floats
    accuracy: Floats

    @property
    def error(self) -> Floats:
        return 1 - self.accuracy

    def repeated(self, points: int) -> Self:
        """The profile of a path that stays where it is: its one value at every point."""
        return type(self)(self.loss.repeat(points), self.accuracy.repeat(points))


def sweep(
    model: nn.Module,
    at: Callable[[float], Mapping[str, Tensor]],
    ts: Sequence[float] | Floats,
    probe_sets: Mapping[str, Images],
    scaling: Scaling,
    precision: Precision,
    *,
    recalibration: Images | None = None,
    title: str = "path",
) -> dict[str, Profile]:
    """The profile of each probe set along a path, `at(t)` being its state dict at t.

    A model with running statistics has them recomputed on `recalibration` at every point, the ends included.

    Raises:
        ValueError: the model keeps running statistics and no images to recompute them were given.
    """
    statistics = has_statistics(model)
    if statistics and recalibration is None:
        raise ValueError("a network with batch normalisation needs images to recompute its statistics")
    scores: dict[str, list[Score]] = {name: [] for name in probe_sets}
    for t in tqdm(ts, desc=title, unit="point", disable=None):
        state = at(float(t))
        if statistics and recalibration is not None:
            state = recalibrate(model, state, recalibration, scaling)
        for name, images in probe_sets.items():
            scores[name].append(score(model, state, images, scaling, precision))
    return {
        name: Profile(np.array([s.loss for s in each]), np.array([s.accuracy for s in each]))
        for name, each in scores.items()
    }
