"""Scores a path: every probe set at every point, in one visit to each point."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm

from mode_connectivity.datasets import Batches
from mode_connectivity.evaluation.metrics import Score, score
from mode_connectivity.evaluation.recalibration import recalibrate
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.models import has_statistics

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Profile:
    """Holds loss (nats) and accuracy ([0, 1]) along a path, (T,) float64 each."""

    loss: Floats
    accuracy: Floats

    @property
    def error(self) -> Floats:
        return 1 - self.accuracy

    def repeated(self, points: int) -> Self:
        """Return the profile of a path that stays where this one starts: its first value at every point."""
        return type(self)(self.loss[:1].repeat(points), self.accuracy[:1].repeat(points))

    def between_ends_of(self, other: Self) -> Self:
        """Return this profile, of inner points, between the end values of `other`, whose path has the same ends."""
        pairs = ((self.loss, other.loss), (self.accuracy, other.accuracy))
        return type(self)(*(np.concatenate([ends[:1], inner, ends[-1:]]) for inner, ends in pairs))


class Along(Protocol):
    """Gives a state dict at every t in [0, 1], as a `Path` does."""

    def at(self, t: float, /) -> Mapping[str, Tensor]: ...


def sweep(
    model: nn.Module,
    path: Along | Callable[[float], Mapping[str, Tensor]],
    ts: Sequence[float] | Floats,
    probe_sets: Mapping[str, Batches],
    *,
    precision: Precision | None = None,
    recalibration: Batches | None = None,
    title: str = "path",
) -> dict[str, Profile]:
    """Return the profile of each probe set along a path, or along `path(t)`, its state dict at t.

    A probe set is any iterable of (inputs, labels) that starts anew in each pass, such as a `DataLoader`. A model with
    running statistics has them recomputed on `recalibration`, by default the probe set called "train", at every
    point, the ends included. The model's own weights and mode are left as they were.

    Raises:
        ValueError: the model keeps running statistics and no images to recompute them were given; no batches.
    """
    at = path if callable(path) else path.at
    precision = precision or Precision(device=next(model.parameters()).device.type)
    statistics = has_statistics(model)
    recalibration = probe_sets.get("train") if recalibration is None else recalibration
    if statistics and recalibration is None:
        raise ValueError("a network with batch normalisation needs images to recompute its statistics: recalibration=")
    buffers = {name: tensor.clone() for name, tensor in model.named_buffers()}
    scores: dict[str, list[Score]] = {name: [] for name in probe_sets}
    mode = model.training
    for t in tqdm(ts, desc=title, unit="point", disable=None):
        state = {**buffers, **at(float(t))}
        if statistics and recalibration is not None:
            with precision.in_use():
                state = recalibrate(model, state, recalibration)
        for name, batches in probe_sets.items():
            scores[name].append(score(model, state, batches, precision))
    model.train(mode)
    return {
        name: Profile(np.array([s.loss for s in each]), np.array([s.accuracy for s in each]))
        for name, each in scores.items()
    }
