"""Draws the figures of the mechanisms report."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from mode_connectivity.foundations import layout
from mode_connectivity.plots.along_path import ProbedPath, along_probe_sets
from mode_connectivity.plots.barriers import error_barriers
from mode_connectivity.plots.finetuning import accuracy_while_tuned
from mode_connectivity.plots.style import nothing_to_draw, save_figure
from mode_connectivity.reports.mechanisms.estimates import over_seeds
from mode_connectivity.reports.mechanisms.findings import Findings, Line
from mode_connectivity.reports.mechanisms.signs import PROBES


def draw_figures(folder: Path, findings: Findings, margin: float, *, blank: bool) -> None:
    """Write accuracy while fine-tuning, the straight lines back, the paths between the twins, and their barriers.

    One with nothing to show is left out, or with `blank` a picture that says so.
    """
    accuracy = {
        method: [{probe: np.array(history["accuracy"][probe]) for probe in PROBES} for history in seeds.values()]
        for method, seeds in findings.tuned.items()
    }
    figures = {
        layout.WHILE_TUNED: accuracy_while_tuned(accuracy, findings.chance) if accuracy else None,
        layout.FROM_PRETRAINED: _paths(findings.lines_back(), ("before", "after")),
        layout.BETWEEN_TWINS: _paths(findings.between(), ("cue", "clean")),
        layout.BARRIERS: _barriers(findings, margin),
    }
    for name, figure in figures.items():
        if figure or blank:
            save_figure(figure or nothing_to_draw("not among the params"), folder / name)


def _barriers(findings: Findings, margin: float) -> Figure | None:
    estimates = {
        findings.title(name): {probe: over_seeds([each[probe] for each in seeds]) for probe in PROBES}
        for name, seeds in findings.error_barriers().items()
    }
    if not estimates:
        return None
    barriers = {name: {probe: e.a for probe, e in sets.items()} for name, sets in estimates.items()}
    intervals = {name: {probe: e.interval for probe, e in sets.items()} for name, sets in estimates.items()}
    return error_barriers(barriers, intervals, margin, findings.seeds)


def _paths(lines: Iterable[Line], ends: tuple[str, str]) -> Figure | None:
    """Draw the paths; those of one name are its seeds, in their order."""
    paths: list[ProbedPath] = []
    for name, ts, profiles in lines:
        paths.append(ProbedPath(name, ts, profiles, sum(path.label == name for path in paths)))
    return along_probe_sets(paths, ends=ends) if paths else None
