"""Holds loss and accuracy along a path, and sums them up in a few numbers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.measures.barrier import barrier
from mode_connectivity.measures.metrics import Score

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Profile:
    """Holds loss (nats by default), accuracy ([0, 1]) and named metrics at the points `ts` of a path, float64 (T,).

    `accuracy` is None where it is not defined, see `Score`. Over a plane the shapes are (Y, X) and `ts` is None.
    """

    loss: Floats
    accuracy: Floats | None = None
    ts: Floats | None = None
    metrics: Mapping[str, Floats] = field(default_factory=dict)

    @classmethod
    def of(cls, ts: Sequence[float] | Floats, scores: Sequence[Score]) -> Self:
        """Return the profile of the scores at `ts`; it has no accuracy where one of them has none."""
        shares = [each.accuracy for each in scores if each.accuracy is not None]
        metrics = (
            {name: np.array([each.metrics[name] for each in scores]) for name in scores[0].metrics} if scores else {}
        )
        accuracy = np.array(shares) if len(shares) == len(scores) else None
        return cls(np.array([each.loss for each in scores]), accuracy, np.asarray(ts, dtype=np.float64), metrics)

    @property
    def error(self) -> Floats | None:
        return None if self.accuracy is None else 1 - self.accuracy

    def barrier(self) -> float:
        """Return the barrier of the loss, in its unit; definition and errors as in `evaluation.barrier`.

        Raises:
            ValueError: the profile is that of a plane.
        """
        if self.ts is None:
            raise ValueError("a barrier is that of a path; this profile knows no points t")
        return barrier(self.ts, self.loss)

    def repeated(self, ts: Floats) -> Self:
        """Return the profile, at `ts`, of a path that stays where this one starts."""
        return replace(self._with(self, lambda values, _: values[:1].repeat(len(ts))), ts=ts)

    def between_ends_of(self, other: Self) -> Self:
        """Return this profile, of inner points, between the end values of `other`, whose path has the same ends."""
        return self._with(other, lambda inner, ends: np.concatenate([ends[:1], inner, ends[-1:]]))

    def shaped(self, shape: tuple[int, int]) -> Self:
        """Return the profile of a plane, (Y, X), whose points were scored row after row."""
        return replace(self._with(self, lambda values, _: values.reshape(shape)), ts=None)

    def _with(self, other: Self, change: Callable[[Floats, Floats], Floats]) -> Self:
        """Return the profile whose arrays are `change` of those of both; what one of them lacks, it lacks."""

        def both(mine: Floats | None, theirs: Floats | None) -> Floats | None:
            return None if mine is None or theirs is None else change(mine, theirs)

        metrics = {
            name: change(mine, other.metrics[name]) for name, mine in self.metrics.items() if name in other.metrics
        }
        loss, ts = change(self.loss, other.loss), both(self.ts, other.ts)
        return type(self)(loss, both(self.accuracy, other.accuracy), ts, metrics)


def path_summary(ts: NDArray[np.float64], profiles: Mapping[str, Profile]) -> dict[str, dict[str, Any]]:
    """Return barriers, ends and extremes on each probe set; losses in nats, accuracies and errors in [0, 1].

    Where accuracy is not defined, neither it nor the error is in the summary.
    """
    return {probe: _losses(ts, profile) | _shares(ts, profile) for probe, profile in profiles.items()}


def _losses(ts: NDArray[np.float64], profile: Profile) -> dict[str, Any]:
    ends = [float(profile.loss[0]), float(profile.loss[-1])]
    return {
        "loss_barrier": barrier(ts, profile.loss),
        "highest_loss": float(profile.loss.max()),
        "loss_at_ends": ends,
    }


def _shares(ts: NDArray[np.float64], profile: Profile) -> dict[str, Any]:
    if profile.accuracy is None:
        return {}
    return {
        "error_barrier": barrier(ts, 1 - profile.accuracy),
        "lowest_accuracy": float(profile.accuracy.min()),
        "accuracy_at_ends": [float(profile.accuracy[0]), float(profile.accuracy[-1])],
    }
