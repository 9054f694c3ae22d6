"""Summarises a path in a few numbers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.measures.barrier import barrier
from mode_connectivity.measures.profile import Profile


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
