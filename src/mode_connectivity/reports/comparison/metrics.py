"""Averages a few figures of all paths, to compare experiments by eye."""

from typing import Any

import numpy as np

from mode_connectivity.reports.comparison.rows import Row


def metrics_of(rows: list[Row]) -> dict[str, Any]:
    """Return means over the seeds by variant; barriers carry the name of their path, `bezier_train_loss_barrier`."""
    means: dict[str, Any] = {"test_accuracy": _mean(rows, "accuracy")}
    for variant in dict.fromkeys(row["variant"] for row in rows):
        chosen = [row for row in rows if row["variant"] == variant]
        means[variant] = {
            "linear_train_loss_barrier": _mean(chosen, "line_barrier"),
            f"{chosen[0]['kind']}_train_loss_barrier": _mean(chosen, "curve_barrier"),
            "bend_displacement": _mean(chosen, "displacement"),
        }
    return means


def _mean(rows: list[Row], key: str) -> float:
    return float(np.mean([row[key] for row in rows]))
