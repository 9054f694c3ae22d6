"""Draws the figures of all paths side by side."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mode_connectivity import layout
from mode_connectivity.foundations.reading import read_arrays
from mode_connectivity.neuron_swap.summary import Summary
from mode_connectivity.params.variants import CONTROL
from mode_connectivity.plots.against_control import losses_beside_control
from mode_connectivity.plots.barriers import barriers
from mode_connectivity.plots.displacements import displacements
from mode_connectivity.plots.style import save_figure
from mode_connectivity.reports.comparison.rows import Row

PROBES = ("train", "test")
Losses = dict[str, NDArray[np.float64]]  # probe set -> (seeds, T)


def draw_comparison(folder: Path, rows: list[Row]) -> None:
    """Write the figures of barriers and of displacements per layer."""
    variants = tuple(dict.fromkeys(row["variant"] for row in rows))

    def by_variant(key: str) -> dict[str, np.ndarray]:
        return {v: np.array([row[key] for row in rows if row["variant"] == v]) for v in variants}

    figure = barriers(variants, by_variant("line_barrier"), by_variant("curve_barrier"))
    save_figure(figure, folder / layout.BARRIERS)
    swapped = {row["variant"]: row["layer"] for row in rows}
    figure = displacements(rows[0]["layers"], variants, by_variant("per_layer"), swapped)
    save_figure(figure, folder / layout.DISPLACEMENTS)


def draw_paths(folder: Path, summaries: Mapping[tuple[str, int], Summary]) -> None:
    """Write the losses of line and curve to every variant, beside the control's curve of the same seeds."""
    seeds: dict[str, list[int]] = {}
    for variant, seed in summaries:
        seeds.setdefault(variant, []).append(seed)
    shown: dict[str, dict[str, Losses]] = {}
    for variant, own in seeds.items():
        if variant == CONTROL and len(seeds) > 1:
            continue
        curve = summaries[variant, own[0]].kind
        shown[variant] = {"line": _losses(variant, own, "linear"), "curve": _losses(variant, own, curve)}
        if set(own) <= set(seeds.get(CONTROL, ())):
            shown[variant]["control's curve"] = _losses(CONTROL, own, curve)
    arrays = read_arrays(layout.analysis(*next(iter(summaries))) / layout.DISTANCES)
    ts = arrays["scored_ts"]
    save_figure(losses_beside_control(ts, shown), folder / layout.PATHS)


def _losses(variant: str, seeds: list[int], path: str) -> Losses:
    losses: dict[str, list[NDArray[np.float64]]] = {probe: [] for probe in PROBES}
    for seed in seeds:
        arrays = read_arrays(layout.analysis(variant, seed) / layout.DISTANCES)
        for probe in PROBES:
            losses[probe].append(arrays[f"{path}_{probe}_loss"])
    return {probe: np.stack(each) for probe, each in losses.items()}
