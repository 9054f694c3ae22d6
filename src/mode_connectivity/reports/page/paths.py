"""Reads how far each layer moves and how high the loss runs along every path of the neuron-swap study."""

import json
from collections.abc import Iterable
from typing import Any

import numpy as np

from mode_connectivity import layout
from mode_connectivity.neuron_swap.summary import FITTED
from mode_connectivity.reports.page.rounding import OF_LOSSES, shortened

PROBES = ("train", "test")
STEPS = 31  # at most so many positions of the slider
QUANTITIES = {"distance": "raw_l2", "correction": "correction"}


def paths_of(paths: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    """Return one record a path: its place in the study, its layers, distances at `ts` (T, L), and losses."""
    return [_path(variant, seed) for variant, seed in paths]


def _path(variant: str, seed: int) -> dict[str, Any]:
    folder = layout.analysis(variant, seed)
    summary = json.loads((folder / layout.SUMMARY).read_text())
    layers = summary["layers"]
    titles = {each["layer"]: each["title"] for each in layers}
    with np.load(folder / layout.DISTANCES, allow_pickle=False) as arrays:
        every = max(1, round((len(arrays["ts"]) - 1) / (STEPS - 1)))
        moved = {
            name: [shortened(row) for row in arrays[metric][::every]]
            for name, metric in QUANTITIES.items()
            if metric in arrays.files
        }
        kinds = {"curve": summary[FITTED], "line": "linear"}
        losses = {
            path: {
                probe: {what: shortened(arrays[f"{kind}_{probe}_{what}"], OF_LOSSES) for what in ("loss", "accuracy")}
                for probe in PROBES
            }
            for path, kind in kinds.items()
        }
        ts, scored = shortened(arrays["ts"][::every]), shortened(arrays["scored_ts"])
    return {
        "variant": variant,
        "seed": seed,
        "swapped": titles.get(summary["swapped_layer"]),
        "readers": [titles[layer] for layer in summary["movement"].get("readers", [])],
        "layers": list(titles.values()),
        "parameters": [int(each["parameters"]) for each in layers],
        "norms": shortened(each["norm"] for each in layers),
        "ts": ts,
        **moved,
        "scored_ts": scored,
        "losses": losses,
    }
