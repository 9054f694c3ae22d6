"""Arranges a path's distances for storage: arrays at every t, and one record per layer."""

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.measures.displacement import bend_displacement, end_distance
from mode_connectivity.measures.distances import METRICS, LayerDistances, layer_sizes, start_norms
from mode_connectivity.paths.path import Path


def distance_arrays(distances: LayerDistances, swapped: str | None) -> dict[str, NDArray[np.generic]]:
    """Return `ts` (T,), `layers` (L,), every metric (T, L), and the `swapped_layer`'s name ("" where there is none)."""
    arrays = {name: getattr(distances, name) for name in ("ts", *METRICS)}
    return arrays | {"layers": np.array(distances.layers), "swapped_layer": np.array(swapped or "")}


def layer_summary(path: Path, distances: LayerDistances) -> list[dict[str, str | float | None]]:
    """Return per layer size, norm, |D|, end distance and the highest of each metric (L2; None: infinite)."""
    columns = {
        "parameters": layer_sizes(path),
        "norm": start_norms(path),
        "bend_displacement": bend_displacement(path),
        "end_distance": end_distance(path),
        **{f"highest_{metric}": getattr(distances, metric).max(axis=0) for metric in METRICS},
    }
    return [
        {"layer": layer}
        | {name: float(values[place]) if np.isfinite(values[place]) else None for name, values in columns.items()}
        for place, layer in enumerate(distances.layers)
    ]
