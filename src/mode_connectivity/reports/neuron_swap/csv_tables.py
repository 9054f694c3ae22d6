"""Writes tidy tables of all paths, one observation a row, for `dvc plots` and for anybody else."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.atomic import whole_file
from mode_connectivity.reports.neuron_swap.rows import analyses
from mode_connectivity.reports.records import Records
from mode_connectivity.studies.analysis.summary import FITTED

Cell = str | int | float
PROBES = ("train", "test")
LOSS = ("variant", "seed", "path", "probe", "t", "loss", "accuracy")
DISTANCE = ("variant", "seed", "place", "layer", "distance", "correction")
CONVERGENCE = ("variant", "seed", "epoch", "loss", "accuracy")


def write_tables(folder: Path, records: Records) -> None:
    """Write loss along every path, distance per layer half-way along the curve, and the convergence of its training.

    `distance` is |W_t - W_0| / sqrt(n), `correction` |W_t - ((1 - t) W_0 + t W_1)|, both at the middle point.
    """
    _write(folder / layout.LOSS_TABLE, LOSS, _losses(records))
    _write(folder / layout.DISTANCE_TABLE, DISTANCE, _distances(records))
    _write(folder / layout.CONVERGENCE_TABLE, CONVERGENCE, _epochs(records))


def _losses(records: Records) -> Iterator[Sequence[Cell]]:
    for variant, seed, record in analyses(records):
        arrays = record["arrays"]
        for path, kind in (("curve", record[FITTED]), ("line", "linear")):
            for probe in PROBES:
                columns = (arrays["scored_ts"], *(arrays[f"{kind}_{probe}_{each}"] for each in LOSS[-2:]))
                for values in zip(*columns, strict=True):
                    yield variant, seed, path, probe, *values


def _distances(records: Records) -> Iterator[Sequence[Cell]]:
    for variant, seed, record in analyses(records):
        arrays = record["arrays"]
        middle = len(arrays["ts"]) // 2
        rows = record["layers"], arrays["raw_l2"][middle], arrays["correction"][middle]
        for place, (layer, distance, correction) in enumerate(zip(*rows, strict=True), 1):
            yield variant, seed, place, layer["title"], distance / layer["parameters"] ** 0.5, correction


def _epochs(records: Records) -> Iterator[Sequence[Cell]]:
    for history in records.all("curves"):
        for number, epoch in enumerate(history["epochs"], 1):
            yield history["variant"], history["seed"], number, epoch["loss"], epoch["accuracy"]


def _write(path: Path, header: Sequence[str], rows: Iterator[Sequence[Cell]]) -> None:
    with whole_file(path) as partial, partial.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
