"""Summarises a path in a few numbers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.evaluation.barrier import barrier
from mode_connectivity.evaluation.sweep import Profile


def path_summary(ts: NDArray[np.float64], profiles: Mapping[str, Profile]) -> dict[str, dict[str, Any]]:
    """Return barriers, ends and extremes on each probe set; losses in nats, accuracies and errors in [0, 1]."""
    return {
        probe: {
            "loss_barrier": barrier(ts, profile.loss),
            "error_barrier": barrier(ts, profile.error),
            "highest_loss": float(profile.loss.max()),
            "loss_at_ends": [float(profile.loss[0]), float(profile.loss[-1])],
            "lowest_accuracy": float(profile.accuracy.min()),
            "accuracy_at_ends": [float(profile.accuracy[0]), float(profile.accuracy[-1])],
        }
        for probe, profile in profiles.items()
    }
