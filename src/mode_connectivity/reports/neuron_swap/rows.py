"""Collects the figures of every path of a study, one row a path."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from mode_connectivity.foundations.summation import length
from mode_connectivity.params.variants import CONTROL
from mode_connectivity.reports.records import Records
from mode_connectivity.studies.analysis.summary import Summary, summary_of

Row = dict[str, Any]
Summaries = Mapping[tuple[str, int], Summary]  # (variant, seed) -> the summary of its analysis


def analyses(records: Records) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """Yield variant, seed and record of every path that was analysed, in the order of the study."""
    for each in records.all("analysis"):
        if "arrays" in each:
            yield each["variant"], each["seed"], each


def rows_of(records: Records) -> list[Row]:
    """Return a row for each path that was analysed, beside the control's figures of the same seed."""
    summaries = {(variant, seed): summary_of(dict(each)) for variant, seed, each in analyses(records)}
    return [_row(variant, seed, summaries) for variant, seed in summaries]


def metrics_of(rows: list[Row]) -> dict[str, Any]:
    """Return means over the seeds by variant; barriers carry the name of their path, `bezier_train_loss_barrier`."""

    def mean(chosen: list[Row], key: str) -> float:
        return float(np.mean([row[key] for row in chosen]))

    means: dict[str, Any] = {"test_accuracy": mean(rows, "accuracy")}
    for variant in dict.fromkeys(row["variant"] for row in rows):
        chosen = [row for row in rows if row["variant"] == variant]
        means[variant] = {
            "linear_train_loss_barrier": mean(chosen, "line_barrier"),
            f"{chosen[0]['kind']}_train_loss_barrier": mean(chosen, "curve_barrier"),
            "bend_displacement": mean(chosen, "displacement"),
        }
    return means


def _row(variant: str, seed: int, summaries: Summaries) -> Row:
    summary = summaries[variant, seed]
    control = summaries.get((CONTROL, seed)) if variant != CONTROL else None
    layers, layer = summary.layers, summary.layer
    place = [values["layer"] for values in layers].index(layer) if layer else None
    titles = [values["title"] for values in layers]
    bends = _column(layers, "bend_displacement")
    theirs = _column(control.layers, "bend_displacement") if control else None
    return {
        "variant": variant,
        "seed": seed,
        "layer": None if place is None else titles[place],
        "pairs": len(summary.movement.get("pairs") or []),
        "layers": titles,
        "kind": summary.kind,
        "accuracy": summary.curve["test"]["accuracy_at_ends"][0],
        "end_loss": max(summary.line["train"]["loss_at_ends"]),
        "line_barrier": summary.line["train"]["loss_barrier"],
        "curve_barrier": summary.curve["train"]["loss_barrier"],
        "end_distance": length(_column(layers, "end_distance")),
        "per_layer": bends,
        "displacement": length(bends),
        "share": _share(bends**2, place),
        "control_displacement": None if theirs is None else length(theirs),
        "control_share": None if theirs is None else _share(theirs**2, place),
        "parameter_share": _share(_column(layers, "parameters"), place),
    }


def _column(layers: list[dict[str, Any]], name: str) -> np.ndarray:
    return np.array([values[name] for values in layers])


def _share(amounts: np.ndarray, place: int | None) -> float | None:
    return float(amounts[place] / amounts.sum()) if place is not None and amounts.sum() else None
