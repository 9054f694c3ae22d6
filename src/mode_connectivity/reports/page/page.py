"""Builds the page from the records of a study."""

import json
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mode_connectivity import layout
from mode_connectivity.plots.style import colour_of
from mode_connectivity.reports.page import tables
from mode_connectivity.reports.page.answer import (
    RATIOS,
    answers_of,
    contrasts_of,
    convergence_of,
    recoveries_of,
    verdict,
)
from mode_connectivity.reports.page.limits import limits_of, limits_of_mechanisms
from mode_connectivity.reports.page.mechanisms import mechanisms_of
from mode_connectivity.reports.page.part import Part
from mode_connectivity.reports.page.paths import paths_of
from mode_connectivity.reports.page.pictures import contact_sheets, still
from mode_connectivity.reports.page.regions import baselines_of, restricted_of
from mode_connectivity.reports.page.training import trainings_of
from mode_connectivity.reports.rendering import render_html
from mode_connectivity.statistics.words import NOT_TRIED

HERE = Path(__file__).parent
SCRIPTS = (
    "figure",
    "shown",
    "movement",
    "losses",
    "regions",
    "convergence",
    "training",
    "mechanisms",
    "tables",
    "start",
)
PACKAGES = ("mode_connectivity", "torch", "torchvision", "numpy", "scikit-learn")
STILLS = {
    "movement": layout.COMPARISON / layout.DISPLACEMENTS,
    "losses": layout.COMPARISON / layout.PATHS,
    "mechanisms": layout.MECHANISMS / layout.BETWEEN_TWINS,
    "tuning": layout.MECHANISMS / layout.WHILE_TUNED,
}


def page_text(part: Part) -> str:
    """Return the page: everything that it needs is in it, and the same records give the same bytes."""
    params, record = part.params, verdict(part.locality, part.params.moved_variants)
    titles = _titles(part, record)
    answers, recoveries = answers_of(record, titles), recoveries_of(record)
    data = _data(part, record, titles) | {"recoveries": recoveries}
    contrasts = contrasts_of(record)
    stills = STILLS | {"recovery": part.locality / layout.RECOVERY, "gaps": part.locality / layout.CONVERGENCE}
    return render_html(
        HERE / "page.html.j2",
        params=params,
        swap=part.swaps,
        named=_named,
        not_tried=NOT_TRIED,
        answers=answers,
        data=data,
        payload=_embedded(data),
        contrasts=[each for each in contrasts if each["of"] == RATIOS["locality"]],
        tables=_tables(data, contrasts),
        params_tables=tables.params_tables(params),
        limits=limits_of(params, answers, recoveries) if part.swaps else limits_of_mechanisms(params),
        stills={name: still(file) for name, file in stills.items()},
        sheets=contact_sheets() if data["mechanisms"] else {},
        versions={name: version(name) for name in PACKAGES},
        style=(HERE / "page.css").read_text(),
        plotting=(HERE / "vendor" / "plotly-basic.min.js").read_text(),
        script="\n".join((HERE / "scripts" / f"{name}.js").read_text() for name in SCRIPTS),
    )


def _data(part: Part, record: dict[str, Any], titles: dict[str, str]) -> dict[str, Any]:
    """Return what the figures draw."""
    params = part.params
    paths, restricted, baselines = paths_of(part.paths), restricted_of(params), baselines_of(params, titles)
    variants = tuple(dict.fromkeys(each["variant"] for each in (*paths, *baselines, *restricted)))
    return {
        "variants": [{"name": name, "colour": colour_of(name, variants)} for name in variants],
        "seeds": list(params.seeds) if part.swaps else [],
        "paths": paths,
        "convergence": convergence_of(record),
        "restricted": restricted,
        "baselines": baselines,
        "trainings": trainings_of(params),
        "mechanisms": mechanisms_of(params) if part.mechanisms else None,
    }


def _titles(part: Part, record: dict[str, Any]) -> dict[str, str]:
    """Return the titles of the layers, of which most records know the modules' names."""
    if not part.paths:
        return dict(record.get("titles", {}))
    summary = json.loads((layout.analysis(*part.paths[0]) / layout.SUMMARY).read_text())
    return {each["layer"]: each["title"] for each in summary["layers"]}


def _tables(data: dict[str, Any], contrasts: list[dict[str, Any]]) -> dict[str, tables.Table]:
    shown = {}
    if data["paths"]:
        shown["paths"] = tables.paths_table(data["paths"])
    if data["trainings"]:
        shown["trainings"] = tables.training_table(data["trainings"])
    if contrasts:
        shown["contrasts"] = tables.contrasts_table(contrasts)
    if data["recoveries"]:
        shown["recoveries"] = tables.recovery_table(data["recoveries"])
    if data["baselines"]:
        shown["baselines"] = tables.baselines_table(data["baselines"])
    if data["convergence"]:
        shown["convergence"] = tables.convergence_table(data["convergence"])
    if data["mechanisms"]:
        shown["networks"] = tables.networks_table(data["mechanisms"])
        shown["barriers"] = tables.barriers_table(data["mechanisms"])
    return shown


def _named(values: Iterable[str]) -> list[tuple[str, str]]:
    """Return the options of a choice: each value with the text that is read."""
    return [(value, value.replace("_", " ")) for value in values]


def _embedded(data: dict[str, Any]) -> str:
    """Return JSON that may stand inside a script element: no text in it can end the element."""
    return json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
