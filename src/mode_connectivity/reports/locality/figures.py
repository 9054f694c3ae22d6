"""Draws the figures of the verdict: what moved per layer, where its energy lies, and what restricted curves cost."""

from pathlib import Path
from typing import Any

import numpy as np

from mode_connectivity import layout
from mode_connectivity.foundations.reading import read_json
from mode_connectivity.paths.regions import REGIONS
from mode_connectivity.plots.layer_movement import LayerMovement, layer_movements
from mode_connectivity.plots.restricted import Excess, restricted_excess
from mode_connectivity.plots.shares import Share, energy_shares
from mode_connectivity.plots.style import nothing_to_draw, save_png

Record = dict[str, Any]
SHARES = {"raw": "D", "control": "control", "corrected": "beyond the control"}
MEASURES = {"highest gap to the control (nats)": "gap", "mean gap to the control (nats)": "mean_gap"}


def draw_figures(folder: Path, record: Record) -> None:
    """Write the figures of `LOCALITY_FIGURES` from the verdict's record and the restricted curves."""
    beyond = {name: each for name, each in record["variants"].items() if each["movement"]["shares"]}
    _draw_movements(folder, record["layers"], beyond)
    of_slices = {name: each for name, each in beyond.items() if each["swapped_layer"]}
    _draw_shares(folder, of_slices)
    _draw_restricted(folder, record, {name: each["seeds"] for name, each in of_slices.items()})


def _draw_movements(folder: Path, layers: list[str], variants: dict[str, Record]) -> None:
    movements = {}
    for name, each in variants.items():
        energies = each["movement"]["layers"]
        raw, control, corrected = (np.array(energies[key]) for key in ("raw", "control", "corrected"))
        intervals = energies["corrected_interval"]
        interval = np.array(intervals) if intervals and None not in intervals else None
        movements[name] = LayerMovement(raw, control, corrected, interval, each["swapped_layer"])
    figure = layer_movements(layers, movements) if movements else nothing_to_draw("no swap beside a control")
    save_png(figure, folder / layout.LAYER_MOVEMENT)


def _draw_shares(folder: Path, variants: dict[str, Record]) -> None:
    parameters, shares = {}, {}
    for name, each in variants.items():
        movement = each["movement"]
        if movement["slice_parameter_share"] is not None:
            parameters[name] = movement["slice_parameter_share"]["mean"]
            known = {what: movement["shares"][key] for key, what in SHARES.items() if movement["shares"][key]}
            shares[name] = {what: Share(ratio["value"], ratio["error"]) for what, ratio in known.items()}
    figure = energy_shares(parameters, shares) if parameters else nothing_to_draw("no swapped layer beside a control")
    save_png(figure, folder / layout.ENERGY_SHARES)


def _draw_restricted(folder: Path, record: Record, seeds: dict[str, list[int]]) -> None:
    """Write the figure of the restricted curves that the params list."""
    section = record["restricted"]
    kinds = [kind for kind in REGIONS if kind in section["kinds"]]
    variants = [variant for variant in seeds if variant in section["variants"]]
    results = {
        (variant, kind): [read_json(layout.restricted(variant, seed, kind)) for seed in seeds[variant]]
        for variant in variants
        for kind in kinds
    }
    measures: dict[str, Excess] = {
        measure: {
            variant: {"trained": {kind: np.array([each[key] for each in results[variant, kind]]) for kind in kinds}}
            for variant in variants
        }
        for measure, key in MEASURES.items()
    }
    if results:
        margin = record["params"]["margin"]
        figure = restricted_excess(kinds, measures, _intervals(record, variants), margin)
    else:
        figure = nothing_to_draw("no restricted curves; restricted.kinds turns them on")
    save_png(figure, folder / layout.RESTRICTED_CURVES)


def _intervals(record: Record, variants: list[str]) -> dict[str, dict[str, tuple[float, float]]]:
    """Return the intervals of the mean excess, where the verdict has one: from six seeds on."""
    intervals: dict[str, dict[str, tuple[float, float]]] = {}
    for variant in variants:
        for name, figure in record["variants"][variant]["losses"].items():
            if name.startswith("excess_") and figure and figure["interval"]:
                intervals.setdefault(variant, {})[name.removeprefix("excess_")] = tuple(figure["interval"])
    return intervals
