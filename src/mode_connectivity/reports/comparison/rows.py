"""Collects the figures of every path of a study, one row a path."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from mode_connectivity.foundations.summation import length
from mode_connectivity.neuron_swap.summary import Summary
from mode_connectivity.params.variants import CONTROL

Row = dict[str, Any]
Summaries = Mapping[tuple[str, int], Summary]  # (variant, seed) -> the summary of its analysis


def rows_of(summaries: Summaries) -> list[Row]:
    """Return a row for each path, beside the control's figures of the same seed."""
    return [_row(variant, seed, summaries) for variant, seed in summaries]


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
