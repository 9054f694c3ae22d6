"""Losses along all paths of a study, read from their analyses."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mode_connectivity import layout
from mode_connectivity.plots.beside_control import losses_beside_control
from mode_connectivity.plots.style import save_png

CONTROL = "control"
PROBES = ("train", "test")
Losses = dict[str, NDArray[np.float64]]  # probe set -> (seeds, T)


def draw_paths(folder: Path, summaries: Mapping[tuple[str, int], Any]) -> None:
    """The line and the curve to every variant, and the control's curve of the same seeds where there is one."""
    seeds: dict[str, list[int]] = {}
    for variant, seed in summaries:
        seeds.setdefault(variant, []).append(seed)
    shown: dict[str, dict[str, Losses]] = {}
    for variant, own in seeds.items():
        if variant == CONTROL and len(seeds) > 1:
            continue
        curve = next(kind for kind in summaries[variant, own[0]]["paths"] if kind != "linear")
        shown[variant] = {"line": _losses(variant, own, "linear"), "curve": _losses(variant, own, curve)}
        if set(own) <= set(seeds.get(CONTROL, ())):
            shown[variant]["control's curve"] = _losses(CONTROL, own, curve)
    with np.load(layout.analysis(*next(iter(summaries))) / layout.DISTANCES, allow_pickle=False) as arrays:
        ts = arrays["ts"]
    save_png(losses_beside_control(ts, shown), folder / layout.PATHS)


def _losses(variant: str, seeds: list[int], path: str) -> Losses:
    found: dict[str, list[NDArray[np.float64]]] = {probe: [] for probe in PROBES}
    for seed in seeds:
        with np.load(layout.analysis(variant, seed) / layout.DISTANCES, allow_pickle=False) as arrays:
            for probe in PROBES:
                found[probe].append(arrays[f"{path}_{probe}_loss"])
    return {probe: np.stack(each) for probe, each in found.items()}
