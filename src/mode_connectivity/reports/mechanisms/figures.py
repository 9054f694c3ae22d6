"""Draws the figures of the mechanisms report."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity import layout
from mode_connectivity.plots.finetuning import accuracy_while_tuned
from mode_connectivity.plots.probe_sets import ProbedPath, along_probe_sets
from mode_connectivity.plots.style import nothing_to_draw, save_png
from mode_connectivity.reports.mechanisms.findings import Findings, Profiles
from mode_connectivity.reports.mechanisms.signs import PROBES

Lines = Iterable[tuple[str, NDArray[np.float64], Profiles]]


def draw_figures(folder: Path, findings: Findings) -> None:
    """Write accuracy while fine-tuning, the straight lines back, and the paths between the twins."""
    accuracy = {
        method: [{probe: np.array(history["accuracy"][probe]) for probe in PROBES} for history in seeds.values()]
        for method, seeds in findings.tuned.items()
    }
    while_tuned = accuracy_while_tuned(accuracy, findings.chance) if accuracy else _nothing()
    save_png(while_tuned, folder / layout.WHILE_TUNED)
    title = "Straight lines from the network before fine-tuning to that after it; a line is a seed"
    save_png(_paths(findings.lines_back(), title, ("before", "after")), folder / layout.FROM_PRETRAINED)
    title = "From the cue-trained network to its clean twin; a line is a seed"
    save_png(_paths(findings.between(), title, ("cue", "clean")), folder / layout.BETWEEN_TWINS)


def _paths(lines: Lines, title: str, ends: tuple[str, str]) -> Figure:
    paths = [ProbedPath(*line) for line in lines]
    return along_probe_sets(paths, title=title, ends=ends) if paths else _nothing()


def _nothing() -> Figure:
    return nothing_to_draw("not among the params")
