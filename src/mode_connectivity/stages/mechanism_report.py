"""The mechanisms study side by side: who reads the cue, what joins them, and what was expected."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from mode_connectivity import layout
from mode_connectivity.atomic import whole_folder, write_json
from mode_connectivity.params import Params
from mode_connectivity.stages.mechanism_figures import draw_figures
from mode_connectivity.stages.mechanism_findings import Findings
from mode_connectivity.stages.running import flat, run
from mode_connectivity.stages.signs import (
    PROBES,
    Sign,
    fitted_paths_have_none_on_their_data,
    no_path_is_free_on_all_sets,
    small_steps_keep_the_cue,
    straight_lines_have_barriers,
)
from mode_connectivity.stages.targets import targets_of
from mode_connectivity.statistics import sign_flip_interval
from mode_connectivity.statistics.claims import FEWEST
from mode_connectivity.tracking import Record

TEMPLATE = Path(__file__).with_name("mechanism_report.md.j2")
KINDS = {"to the clean twin": "{} to the clean twin", "back": "straight line to {}"}
Rows = list[tuple[str, list[str], bool]]


def main(params: Params) -> None:
    findings = Findings.of(params)
    signs = _signs(findings, params.mechanism_report.margin)
    with whole_folder(layout.MECHANISMS) as folder:
        draw_figures(folder, findings)
        (folder / layout.REPORT).write_text(_text(params, findings, signs))
        write_json(folder / layout.METRICS, _metrics(findings, signs))


def _signs(findings: Findings, margin: float) -> list[Sign]:
    paths, networks = findings.paths, findings.networks
    naive = findings.tuned.get("naive", {}).values()
    barriers = [{name: sets["error_barrier"] for name, sets in found["path"]["sets"].items()} for found in naive]
    return [
        straight_lines_have_barriers(paths, margin),
        fitted_paths_have_none_on_their_data(paths, margin),
        no_path_is_free_on_all_sets(paths, margin),
        small_steps_keep_the_cue(
            barriers, networks.gaps("naive") if barriers else [], networks.gaps("clean twin"), margin
        ),
    ]


def _barrier_rows(findings: Findings, margin: float) -> Rows:
    """Highest error barrier over the seeds on each set, in points, and whether all lie within the margin."""
    rows = []
    for kind, name, seeds in findings.error_barriers():
        highest = [max(barriers[probe] for barriers in seeds) for probe in PROBES]
        rows.append((KINDS[kind].format(name), [f"{100 * value:.1f}" for value in highest], max(highest) <= margin))
    return rows


def _text(params: Params, findings: Findings, signs: Sequence[Sign]) -> str:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    images, cbft = findings.images, params.finetune.cbft
    rows = _barrier_rows(findings, params.mechanism_report.margin)
    return environment.from_string(TEMPLATE.read_text()).render(
        kind=params.cue.kind,
        proportion=params.cue.proportion,
        model=params.cue_model.name,
        width=params.cue_model.width,
        source=params.dataset.source,
        precision=params.compute.precision,
        seeds=params.seeds,
        chance=findings.chance,
        intervals=len(params.seeds) >= FEWEST,
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
    """Mean in percent, and the seeds; from six of them the 95 % interval of the sign-flip test."""
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


def _metrics(findings: Findings, signs: Sequence[Sign]) -> dict[str, Any]:
    """Means over the seeds; the seeds' own values are in the report."""
    accuracy: dict[str, Any] = {
        name.replace(" ", "_").replace("-", "_"): {probe: float(np.mean(values)) for probe, values in sets.items()}
        for name, sets in findings.networks.accuracy.items()
    }
    barriers = {
        name: {probe: float(np.mean([each[probe] for each in seeds])) for probe in PROBES}
        for _, name, seeds in findings.error_barriers()
    }
    held = sum(sign.holds is True for sign in signs)
    return {"accuracy": accuracy, "error_barrier": barriers, "signs_that_hold": held}


def record(params: Params) -> Record:
    metrics = flat(json.loads((layout.MECHANISMS / layout.METRICS).read_text()))
    return Record(
        stage="mechanism_report",
        item={},
        params=flat(params.model_dump(mode="json")),
        metrics={key.replace(".", "/"): value for key, value in metrics.items()},
        files=sorted(path for path in layout.MECHANISMS.iterdir() if not path.name.startswith(".")),
    )


if __name__ == "__main__":
    run(main, record)
