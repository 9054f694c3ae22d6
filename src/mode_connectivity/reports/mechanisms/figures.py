"""Draws the figures of the mechanisms report."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity import layout
from mode_connectivity.plots.error_barriers import error_barriers
from mode_connectivity.plots.finetuning import accuracy_while_tuned
from mode_connectivity.plots.probe_sets import ProbedPath, along_probe_sets
from mode_connectivity.plots.style import nothing_to_draw, save_figure
from mode_connectivity.reports.mechanisms.estimate import Estimate
from mode_connectivity.reports.mechanisms.findings import Findings, Profiles
from mode_connectivity.reports.mechanisms.signs import PROBES

Lines = Iterable[tuple[str, NDArray[np.float64], Profiles]]


def draw_figures(folder: Path, findings: Findings, margin: float) -> None:
    """Write accuracy while fine-tuning, the straight lines back, the paths between the twins, and their barriers."""
    accuracy = {
        method: [{probe: np.array(history["accuracy"][probe]) for probe in PROBES} for history in seeds.values()]
        for method, seeds in findings.tuned.items()
    }
    while_tuned = accuracy_while_tuned(accuracy, findings.chance) if accuracy else _nothing()
    save_figure(while_tuned, folder / layout.WHILE_TUNED)
    save_figure(_paths(findings.lines_back(), ("before", "after")), folder / layout.FROM_PRETRAINED)
    save_figure(_paths(findings.between(), ("cue", "clean")), folder / layout.BETWEEN_TWINS)
    save_figure(_barriers(findings, margin), folder / layout.BARRIERS)


def _barriers(findings: Findings, margin: float) -> Figure:
    estimates = {
        findings.title(name): {probe: Estimate.of([each[probe] for each in seeds]) for probe in PROBES}
        for name, seeds in findings.error_barriers().items()
    }
    if not estimates:
        return _nothing()
    barriers = {name: {probe: np.array(e.values) for probe, e in sets.items()} for name, sets in estimates.items()}
    intervals = {name: {probe: e.interval for probe, e in sets.items()} for name, sets in estimates.items()}
    return error_barriers(barriers, intervals, margin, findings.seeds)


def _paths(lines: Lines, ends: tuple[str, str]) -> Figure:
    """Draw the paths; those of one name are its seeds, in their order."""
    paths: list[ProbedPath] = []
    for name, ts, profiles in lines:
        paths.append(ProbedPath(name, ts, profiles, sum(path.label == name for path in paths)))
    return along_probe_sets(paths, ends=ends) if paths else _nothing()


def _nothing() -> Figure:
    return nothing_to_draw("not among the params")
