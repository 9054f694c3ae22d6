"""Defines what the MLflow UI opens on: runs with the columns that matter, the grouped charts of a study, a comparison.

The UI reads a view from a tag of the experiment, `mlflow.sharedViewState.<name>`, when its address names it.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import quote, urlencode

VIEW = "mlflow.sharedViewState."
RUNS, CHART = "runs", "paths"
HEADLINES = 8  # columns at most that a study's own run adds
COLUMNS = (
    "attributes.`Duration`",
    "tags.`stage`",
    "tags.`variant`",
    "tags.`seed`",
    "metrics.`millinats/curve train`",
    "metrics.`millinats/line train`",
    "metrics.`test/accuracy`",
)


def views(study: str, headlines: Collection[str] = ()) -> dict[str, str]:
    """Return the tags of the experiment that hold the views.

    `study` is the key of the newest one, and `headlines` are the metrics of its own run, without which the table would
    show of a study nothing but dashes.
    """
    grouped = {"aggregateFunction": "average", "groupByKeys": [{"mode": "tag", "groupByData": "variant"}]}
    search = "tags.stage = 'analysis'" + (f" and tags.study = '{study}'" if study else "")
    # Sorted by their date, runs bring the run of their study along, which has no variant: a group of its own.
    sort = {"orderByKey": "tags.`variant`", "orderByAsc": True}
    chart = _state() | sort | {"groupBy": grouped, "searchFilter": search}
    barriers = sorted(key for key in headlines if key.startswith("millinats/"))[:HEADLINES]
    table = _state() | {"selectedColumns": [*COLUMNS, *(f"metrics.`{key}`" for key in barriers)]}
    return {f"{VIEW}{RUNS}": json.dumps(table), f"{VIEW}{CHART}": json.dumps(chart)}


def addresses(base: str, experiment: str, runs: Sequence[str]) -> dict[str, str]:
    """Return title -> address of the runs, and of charts and comparison where there are `runs` of paths."""
    table = f"{base}/#/experiments/{experiment}/runs?workflowType=machine_learning&"
    addresses = {"runs": table + urlencode({"viewStateShareKey": RUNS})}
    if runs:
        chart = {"viewStateShareKey": CHART, "compareRunsMode": "CHART"}
        addresses["paths, grouped by variant"] = table + urlencode(chart)
        listed = {"runs": json.dumps(list(runs)), "experiments": json.dumps([experiment])}
        addresses["paths compared"] = f"{base}/#/compare-runs?" + urlencode(listed, quote_via=quote)
    return addresses


def _state() -> dict[str, Any]:
    return {
        "searchFilter": "",
        "orderByKey": "attributes.start_time",
        "orderByAsc": False,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "modelVersionFilter": "All Runs",
        "datasetsFilter": [],
        "selectedColumns": list(COLUMNS),
        "columnOrder": [],
        "columnWidths": {},
        "runsExpanded": {},
        "runsPinned": [],
        "runsHidden": [],
        "runsVisibilityMap": {},
        "runsHiddenMode": "SHOW_ALL",
        "viewMaximized": False,
        "runListHidden": False,
        "isAccordionReordered": False,
        "useGroupedValuesInCharts": True,
        "hideEmptyCharts": True,
        "groupBy": None,
        "groupsExpanded": {},
        "autoRefreshEnabled": True,
        "globalLineChartConfig": {"xAxisKey": "step", "lineSmoothness": 0, "selectedXAxisMetricKey": ""},
    }
