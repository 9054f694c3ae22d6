"""Reads the answer of each depth from the verdict's record; the only file that knows its keys."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mode_connectivity import layout
from mode_connectivity.reports.page.rounding import short
from mode_connectivity.reports.placebos import shown

PRIMARY = "gap"
RATIOS = {
    "barrier": "barrier of the line above the noise floor (nats)",
    "locality": "locality index",
    "necessity": "necessity",
}
BASELINES = {
    "repair": "explained by statistics alone (REPAIR)",
    "affine": "mended by one scale and shift a unit",
}


def verdict(folder: Path, depths: Sequence[str]) -> dict[str, Any]:
    """Return the verdict's record in `folder`, its depths in this order; empty where there is none."""
    file = folder / layout.VERDICT
    if not file.is_file():
        return {}
    record: dict[str, Any] = json.loads(file.read_text())
    answered = record.get("depths", {})
    return record | {
        "depths": {depth: answered[depth] for depth in dict.fromkeys([*depths, *answered]) if depth in answered}
    }


def answers_of(record: dict[str, Any], titles: dict[str, str]) -> list[dict[str, Any]]:
    """Return one answer a depth: its word and sentence (None: not tried), and its figures with their intervals."""
    answers = []
    for depth, each in record.get("depths", {}).items():
        verdict = each.get("verdict") or {}
        measures = verdict.get("measures", {}).get(PRIMARY, {})
        variant = record.get("variants", {}).get(depth, {})
        figures = [_figure(name, measures.get(key)) for key, name in RATIOS.items()]
        figures += [_figure(name, each.get("baselines", {}).get(key)) for key, name in BASELINES.items()]
        answers.append(
            {
                "depth": depth,
                "layer": titles.get(variant.get("swapped_layer"), variant.get("swapped_layer")),
                "pairs": variant.get("pairs"),
                "word": verdict.get("word"),
                "sentence": verdict.get("sentence"),
                "figures": [figure for figure in figures if figure],
            }
        )
    return answers


def recoveries_of(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return for each depth and region the share of the line's barrier that its training removes, by seeds as well."""
    rows = []
    for depth, each in record.get("depths", {}).items():
        measures = (each.get("verdict") or {}).get("measures", {}).get(PRIMARY, {})
        recoveries = measures.get("recovery", {})
        for region in shown(recoveries):
            recovery = recoveries[region]
            share = _parameter_share(each.get("gaps", {}), region)
            seeds = [None if value is None else short(value) for value in recovery.get("seeds", [])]
            rows.append(
                {"depth": depth, "region": region, "parameter_share": share, "seeds": seeds, **_ratio(recovery)}
            )
    return rows


def _parameter_share(gaps: dict[str, Any], region: str) -> float | None:
    """Return the share of the weights that a region frees; "placebo", the mean of its kinds, frees as many as each."""
    return next((gaps[name]["parameter_share"] for name in (region, *gaps) if name in gaps and region in name), None)


def contrasts_of(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return one difference between two depths of each ratio that both have: the locality index, then recoveries."""
    return [
        {"pair": pair, "of": RATIOS.get(name, f"recovery, {name}".replace("_", " ")), **_ratio(each)}
        for pair, ratios in record.get("contrasts", {}).items()
        for name, each in sorted(ratios.items(), key=lambda item: item[0] != "locality")
        if name in shown(ratios)
    ]


def convergence_of(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return for each depth, region and effort its epochs and the gap of every seed (nats)."""
    return [
        {
            "depth": depth,
            "region": region,
            "effort": effort,
            "epochs": each["epochs"],
            "gap": list(map(short, each["gap"])),
        }
        for depth, answer in record.get("depths", {}).items()
        for region, gaps in answer.get("gaps", {}).items()
        for effort, each in gaps.get("efforts", {}).items()
    ]


def _ratio(estimate: dict[str, Any]) -> dict[str, Any]:
    value, interval = estimate.get("value"), estimate.get("interval")
    return {
        "value": None if value is None else short(value),
        "interval": None
        if interval is None
        else [None if end is None else short(end) for end in interval],  # None: infinite
    }


def _figure(name: str, estimate: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if estimate is None else {"name": name, **_ratio(estimate)}
