"""Writes the report of the mechanisms study."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mode_connectivity.params import Params
from mode_connectivity.reports.mechanisms.estimate import Estimate, word
from mode_connectivity.reports.mechanisms.findings import Findings
from mode_connectivity.reports.mechanisms.signs import PROBES, Sign
from mode_connectivity.reports.mechanisms.targets import targets_of
from mode_connectivity.reports.rendering import render
from mode_connectivity.statistics import FEWEST

TEMPLATE = Path(__file__).with_name("report.md.j2")
NOTHING = "# Mechanisms\n\nNo network was trained with cues: `cue_endpoint.seeds` is empty.\n"


@dataclass(frozen=True)
class Row:
    """Holds a path's name, its mean barriers on each set, that of each seed's highest, and what follows."""

    name: str
    cells: list[str]
    free: str
    word: str


def _barrier_rows(findings: Findings, margin: float) -> list[Row]:
    """Return the mean error barriers of every path on each set, and in how many seeds it has none on any."""
    rows = []
    for name, seeds in findings.error_barriers().items():
        highest = Estimate.of([max(barriers.values()) for barriers in seeds])
        means = [Estimate.of([barriers[probe] for barriers in seeds]) for probe in PROBES]
        free = sum(value <= margin for value in highest.values)
        connected = word([(highest.side(margin), "below")], ("yes", "no"))
        cells = [each.shown() for each in (*means, highest)]
        rows.append(Row(findings.title(name), cells, f"{free} of {len(seeds)}", connected))
    return rows


def report_text(params: Params, findings: Findings, signs: Sequence[Sign]) -> str:
    """Return the report of the mechanisms study in prose."""
    if not params.cue_endpoint.seeds:
        return NOTHING
    images, cbft = findings.images, params.finetune.cbft
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
        table={
            name: [Estimate.of(sets[p]).shown() for p in PROBES] for name, sets in findings.networks.accuracy.items()
        },
        methods=params.finetune.methods,
        patterns=params.mechanism.patterns,
        clean_images=images.get("clean"),
        cue_images=images.get("cue"),
        brought=params.finetune.model is not None,
        barriers=_barrier_rows(findings, params.mechanism_report.margin),
        margin=params.mechanism_report.margin,
        recalibrate_on=params.mechanism.recalibrate_on,
        signs=signs,
        targets=targets_of(findings.networks, findings.chance, cbft.level),
    )
