"""Puts the report of a neuron-swap study together: its sections, and the files that hold it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.atomic import write_json
from mode_connectivity.params import Params
from mode_connectivity.params.variants import CONTROL
from mode_connectivity.reports.blocks import Items, Section
from mode_connectivity.reports.neuron_swap.answer_sections import answer_section, regions_section
from mode_connectivity.reports.neuron_swap.csv_tables import write_tables
from mode_connectivity.reports.neuron_swap.figures import draw_figures, shown
from mode_connectivity.reports.neuron_swap.path_sections import convergence_section, layers_section, losses_section
from mode_connectivity.reports.neuron_swap.rows import metrics_of, rows_of
from mode_connectivity.reports.neuron_swap.verdict import verdict_record
from mode_connectivity.reports.records import Records
from mode_connectivity.reports.rendering import markdown
from mode_connectivity.reports.trainings import trainings_of
from mode_connectivity.statistics.rule import FEWEST_TESTED
from mode_connectivity.statistics.words import NOT_TRIED

TITLE = "Local or global: what does the low loss need?"
OWN = ("endpoints", "curves")  # trainings of this study


def write_report(folder: Path, params: Params, records: Records, *, whole: bool) -> None:
    """Write report, verdict, metrics and figures into a folder; with `whole`, tables and empty figures too."""
    verdict, rows = verdict_record(params, records), rows_of(records)
    write_json(folder / layout.VERDICT, verdict)
    draw_figures(folder, verdict, rows, records, blank=whole)
    sections = sections_of(params, records, verdict)
    (folder / layout.REPORT).write_text(markdown(TITLE, opening(params, verdict), sections))
    if whole:
        write_tables(folder, records)
        write_json(folder / layout.METRICS, metrics_of(rows))


def opening(params: Params, verdict: Mapping[str, Any]) -> str:
    """Return what was studied, in a sentence or two."""
    seeds, others = len(params.seeds), [name for name in verdict["variants"] if name != CONTROL]
    ends = f"{len(others)} other ends" if len(others) > 16 else f"other ends: {', '.join(others) or 'none'}"
    return (
        f"{params.model.name} at width {params.model.width:g} on {params.dataset.source}, {params.compute.precision}; "
        f"{seeds} endpoint seed{'s' if seeds > 1 else ''}; {ends}."
    )


def sections_of(params: Params, records: Records, verdict: Mapping[str, Any]) -> list[Section]:
    """Return all sections of the report."""
    rows = rows_of(records)
    drawn = shown(dict(verdict), rows)
    trainings = [each for each in trainings_of(records) if each["kind"] in OWN]
    baselines = [each for each in records.all("baselines") if each["variant"] in verdict["depths"]]
    return [
        answer_section(verdict, drawn),
        regions_section(verdict, baselines, drawn),
        layers_section(verdict, rows, drawn),
        losses_section(rows, scored=any(each["gaps"] for each in verdict["depths"].values())),
        convergence_section(verdict, trainings, drawn),
        Section("limits", "Limits", "What this does not show", [Items(_limits(params, verdict))]),
    ]


def _limits(params: Params, verdict: Mapping[str, Any]) -> list[str]:
    """Return one sentence for each thing that a reader might take the report to say and that it does not."""
    depths = verdict["depths"].values()
    tried = [each for each in depths if each["verdict"]]
    told = [
        "Where training moved a layer is no evidence that the low loss needs it there: the control, trained alike from "
        "a network back to itself, moves as well. Only paths of which a region was trained tell the two apart.",
        f"One data set ({params.dataset.source}), one network ({params.model.name} at width {params.model.width:g}), "
        f"and one draw of the swapped units, those {_chosen(params)}: others may answer otherwise.",
        "That a region cannot do better: a gap bounds from above what it can reach, and more so where it has not "
        "converged.",
    ]
    seeds = len(params.seeds)
    if seeds < FEWEST_TESTED:
        told.append(
            f"{seeds} endpoint seed{'s are' if seeds > 1 else ' is'} fewer than {FEWEST_TESTED}, so there is no "
            "interval and no test of an answer: each point stands for itself."
        )
    else:
        told.append(
            "Means of skewed gaps: where a few seeds carry a sum, the interval of the mean is too narrow. The median "
            "and the shares beside it show where, and `docs/verdict.md` how often it happens."
        )
    if CONTROL not in params.variants:
        told.append("What the swap causes in the weights: there is no control among the variants.")
    if len(tried) < len(depths):
        told.append(f"A depth that was {NOT_TRIED} has no word: no region was trained for it.")
    if tried and max(params.restricted.efforts) < 2:
        told.append("Whether a gap would close with more epochs; `restricted.efforts=[1, 2]` shows it.")
    return told


def _chosen(params: Params) -> str:
    if params.swap.given is not None:
        return "that `swap.given` names"
    if params.swap.draw == "importance":
        return "of its layer whose ablation raises the loss most"
    return f"that `swap.seed` {params.swap.seed} picks among the live ones of its layer"
