"""Writes tidy tables of all paths, one observation a row, for `dvc plots` and for anybody else."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from mode_connectivity import layout
from mode_connectivity.foundations.atomic import whole_file
from mode_connectivity.neuron_swap.summary import Summary

Cell = str | int | float
Summaries = Mapping[tuple[str, int], Summary]
PROBES = ("train", "test")
LOSS = ("variant", "seed", "path", "probe", "t", "loss", "accuracy")
DISTANCE = ("variant", "seed", "place", "layer", "distance", "correction")
CONVERGENCE = ("variant", "seed", "epoch", "loss", "accuracy")


def write_tables(folder: Path, summaries: Summaries) -> None:
    """Write loss along every path, distance per layer half-way along the curve, and the convergence of its training.

    `distance` is |W_t - W_0| / sqrt(n), `correction` |W_t - ((1 - t) W_0 + t W_1)|, both at the middle point.
    """
    _write(folder / layout.LOSS_TABLE, LOSS, _losses(summaries))
    _write(folder / layout.DISTANCE_TABLE, DISTANCE, _distances(summaries))
    _write(folder / layout.CONVERGENCE_TABLE, CONVERGENCE, _epochs(summaries))


def _losses(summaries: Summaries) -> Iterator[Sequence[Cell]]:
    for (variant, seed), summary in summaries.items():
        with np.load(layout.analysis(variant, seed) / layout.DISTANCES, allow_pickle=False) as arrays:
            for path, kind in (("curve", summary.kind), ("line", "linear")):
                for probe in PROBES:
                    columns = (arrays["scored_ts"], *(arrays[f"{kind}_{probe}_{each}"] for each in LOSS[-2:]))
                    for values in zip(*(column.tolist() for column in columns), strict=True):
                        yield variant, seed, path, probe, *values


def _distances(summaries: Summaries) -> Iterator[Sequence[Cell]]:
    for (variant, seed), summary in summaries.items():
        with np.load(layout.analysis(variant, seed) / layout.DISTANCES, allow_pickle=False) as arrays:
            middle = len(arrays["ts"]) // 2
            rows = (arrays["normalized_l2"][middle].tolist(), arrays["correction"][middle].tolist())
        for place, (layer, *values) in enumerate(zip(summary.layers, *rows, strict=True), 1):
            yield variant, seed, place, layer["title"], *values


def _epochs(summaries: Summaries) -> Iterator[Sequence[Cell]]:
    for variant, seed in summaries:
        history = json.loads(layout.history(layout.curve(variant, seed)).read_text())
        for number, epoch in enumerate(history["epochs"], 1):
            yield variant, seed, number, epoch["loss"], epoch["accuracy"]


def _write(path: Path, header: Sequence[str], rows: Iterator[Sequence[Cell]]) -> None:
    with whole_file(path) as partial, partial.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
