"""Computes how far each layer lies from where the path starts, and sums it up."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.measures.displacement import bend_displacement, end_distance
from mode_connectivity.measures.gram import Floats, layer_names, start_gram
from mode_connectivity.paths.path import Path, module_of

METRICS = {
    "normalized_l2": "normalized L2, |W_t - W_0| / sqrt(n)",
    "raw_l2": "L2, |W_t - W_0|",
    "relative": "relative, |W_t - W_0| / |W_0|",
    "norm_difference": "difference of norms (no distance), | |W_t| - |W_0| |",
    "correction": "correction, |W_t - line(t)| (L2)",
}


@dataclass(frozen=True)
class LayerDistances:
    """Holds distances of path.at(t) from path.at(0), (T, L) float64 each; a module's weight and bias count together.

    `correction` is that from the straight line between the ends instead.
    """

    layers: tuple[str, ...]
    ts: Floats
    raw_l2: Floats
    normalized_l2: Floats
    relative: Floats
    norm_difference: Floats
    correction: Floats

    def quantity(self, metric: str) -> str:
        """Return what `metric` measures, in words.

        Raises:
            ValueError: there is no such metric.
        """
        if metric not in METRICS:
            raise ValueError(f"no metric {metric!r}; there are {', '.join(METRICS)}")
        return METRICS[metric]


def layer_distances(
    path: Path, ts: Sequence[float] | Floats, parameters: Collection[str] | None = None
) -> LayerDistances:
    """Return per-layer distances at every t, from one Gram matrix of the control points (see `gram`).

    They count the path's `parameters`: those that `fit` trained, or what the names of a state dict tell. Others are
    counted where they are named, such as the buffers: `[name for name, _ in model.named_buffers()]`.

    raw_l2 = |W_t - W_0|; normalized_l2 = raw_l2 / sqrt(n), n the layer's number of parameters;
    relative = raw_l2 / |W_0|, zero where nothing moved and infinite where a layer of zeros did;
    norm_difference = | |W_t| - |W_0| |, which is no distance: it is blind to every change that keeps the norm, and to
    first order sees the radial part alone, which weight decay drives by itself;
    correction = |W_t - ((1 - t) W_0 + t W_1)| with W_1 the other end, all that training did to a path begun straight.

    Raises:
        ValueError: a name that is not in the state, or of a tensor of whole numbers.
    """
    path = path if parameters is None else path.counting(parameters)
    gram = start_gram(path)
    weights = np.array([path.weights(float(t)) for t in ts], dtype=np.float64)
    raw = _roots(weights[:, 1:], gram[:, 1:, 1:])
    sizes, norms = layer_sizes(path), np.sqrt(gram[:, 0, 0])
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(raw == 0, 0.0, raw / norms)
    weights[:, 0] = 1  # W_t = W_0 + sum_k B_k(t) (W_k - W_0)
    lengths = np.abs(_roots(weights, gram) - norms)
    from_line = weights[:, 1:].copy()
    from_line[:, -1] -= ts  # line(t) = W_0 + t (W_1 - W_0)
    correction = _roots(from_line, gram[:, 1:, 1:])
    return LayerDistances(
        layer_names(path), np.asarray(ts, dtype=np.float64), raw, raw / np.sqrt(sizes), relative, lengths, correction
    )


def _roots(weights: Floats, gram: Floats) -> Floats:
    """Return (T, L): norms of sums with these weights, (T, K), of vectors with these inner products, (L, K, K)."""
    squares: Floats = np.einsum("tj,ljk,tk->tl", weights, gram, weights)
    return np.sqrt(np.clip(squares, 0, None))


def layer_sizes(path: Path) -> Floats:
    """Return (L,): number of parameters of each layer."""
    return _per_layer(path, {name: float(path.controls[0][name].numel()) for name in path.parameters})


def start_norms(path: Path) -> Floats:
    """Return (L,): |W_0| of each layer."""
    return np.sqrt(start_gram(path)[:, 0, 0])


def _per_layer(path: Path, values: dict[str, float]) -> Floats:
    totals = dict.fromkeys(layer_names(path), 0.0)
    for name, value in values.items():
        totals[module_of(name)] += value
    return np.array(list(totals.values()))


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
