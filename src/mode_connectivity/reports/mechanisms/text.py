"""Writes the report of the mechanisms study."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mode_connectivity.params import Params
from mode_connectivity.reports.mechanisms.findings import Findings
from mode_connectivity.reports.mechanisms.signs import PROBES, Sign
from mode_connectivity.reports.mechanisms.targets import targets_of
from mode_connectivity.reports.rendering import render
from mode_connectivity.statistics import FEWEST, sign_flip_interval

TEMPLATE = Path(__file__).with_name("report.md.j2")
TITLES = {"to the clean twin": "{} to the clean twin", "back": "straight line to {}"}  # by kind of path
NOTHING = "# Mechanisms\n\nNo network was trained with cues: `cue_endpoint.seeds` is empty.\n"
Rows = list[tuple[str, list[str], bool]]


def _barrier_rows(findings: Findings, margin: float) -> Rows:
    """Return the highest error barrier over the seeds on each set, in points, and whether all lie within the margin."""
    rows = []
    for kind, name, seeds in findings.error_barriers():
        highest = [max(barriers[probe] for barriers in seeds) for probe in PROBES]
        rows.append((TITLES[kind].format(name), [f"{100 * value:.1f}" for value in highest], max(highest) <= margin))
    return rows


def report_text(params: Params, findings: Findings, signs: Sequence[Sign]) -> str:
    """Return the report of the mechanisms study in prose."""
    if not params.cue_endpoint.seeds:
        return NOTHING
    images, cbft = findings.images, params.finetune.cbft
    rows = _barrier_rows(findings, params.mechanism_report.margin)
    return render(
        TEMPLATE,
        kind=params.cue.kind,
        proportion=params.cue.proportion,
        model=params.cue_model.name,
        width=params.cue_model.width,
        source=params.dataset.source,
        precision=params.compute.precision,
        seeds=params.cue_endpoint.seeds,
        chance=findings.chance,
        intervals=len(params.cue_endpoint.seeds) >= FEWEST,
        table={name: [_cell(sets[p]) for p in PROBES] for name, sets in findings.networks.accuracy.items()},
        methods=params.finetune.methods,
        patterns=params.mechanism.patterns,
        clean_images=images.get("clean"),
        cue_images=images.get("cue"),
        brought=params.finetune.model is not None,
        barriers=rows,
        sentence=_sentence(rows),
        margin=params.mechanism_report.margin,
        recalibration=params.mechanism.recalibration,
        recalibrate_on=params.mechanism.recalibrate_on,
        signs=signs,
        targets=targets_of(findings.networks, findings.chance, cbft.level if cbft.barrier else None),
    )


def _cell(values: Sequence[float]) -> str:
    """Return the mean in percent, and the seeds; from six of them the 95 % interval of the sign-flip test."""
    percent = 100 * np.array(values)
    mean = f"{percent.mean():.1f}"
    if len(values) >= FEWEST and (interval := sign_flip_interval(percent)):
        return f"{mean} [{interval[0]:.1f}, {interval[1]:.1f}]"
    return mean if len(values) == 1 else f"{mean} ({', '.join(f'{value:.1f}' for value in percent)})"


def _sentence(rows: Rows) -> str:
    joined = [name for name, _, free in rows if free]
    parted = [name for name, _, free in rows if not free]
    parts = []
    if joined:
        parts.append(f"Connected on all four sets: {', '.join(joined)}.")
    if parted:
        parts.append(f"Not connected on at least one of them: {', '.join(parted)}.")
    return " ".join(parts) or "No path was among the params."
