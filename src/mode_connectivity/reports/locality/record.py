"""Writes the verdict with all its figures, as one record and in prose."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mode_connectivity.neuron_swap.correction import Correction
from mode_connectivity.neuron_swap.summary import Summary
from mode_connectivity.params import Params
from mode_connectivity.reports.locality.depths import depth_record, loss_record
from mode_connectivity.reports.placebos import shown
from mode_connectivity.reports.rendering import render
from mode_connectivity.statistics.words import NOT_TRIED

TEMPLATE = Path(__file__).with_name("verdict.md.j2")
Summaries = Mapping[tuple[str, int], Summary]  # (variant, seed) -> the summary of its analysis


def verdict_record(
    params: Params,
    summaries: Summaries,
    corrections: dict[str, list[Correction]],
    answers: dict[str, Any],
) -> dict[str, Any]:
    """Return all results of the locality stage, ready for JSON: `answers` by depth, and a description by variant."""

    def of(variant: str) -> list[Summary]:
        return [summaries[variant, seed] for seed in params.seeds]

    first = summaries[params.variants[0], params.seeds[0]]
    return {
        **study_facts(params),
        "replicates": 1 + len(params.curve.replicates),
        "layers": [each["layer"] for each in first.layers],
        "titles": {each["layer"]: each["title"] for each in first.layers},
        "parameters": [each["parameters"] for each in first.layers],
        **answers,
        "variants": {
            variant: {
                "seeds": list(params.seeds),
                "swapped_layer": of(variant)[0].layer,
                "pairs": len(of(variant)[0].movement.get("pairs") or []),
                "losses": loss_record(of(variant)),
                "movement": depth_record(of(variant), corrections.get(variant), params),
            }
            for variant in params.variants
        },
    }


def study_facts(params: Params) -> dict[str, Any]:
    """Return what the record says of the study itself."""
    return {
        "params": params.locality.model_dump(mode="json"),
        "restricted": params.restricted.model_dump(mode="json"),
        "study": {
            "model": params.model.name,
            "width": params.model.width,
            "source": params.dataset.source,
            "curve_epochs": params.curve.epochs,
        },
        "seeds": list(params.seeds),
    }


def verdict_text(record: dict[str, Any]) -> str:
    """Return the record in prose."""
    intervals = any(each["verdict"] and each["verdict"]["tested"] for each in record["depths"].values())
    falls = _fan_out_falls(record)
    return render(TEMPLATE, **record, not_tried=NOT_TRIED, intervals=intervals, fan_out_falls=falls, shown=shown)


def _fan_out_falls(record: dict[str, Any]) -> bool | None:
    """Return whether fewer weights read a unit the later its layer; None where fewer than two layers are swapped."""
    fan_outs = {
        each["swapped_layer"]: each["movement"]["fan_out"]["mean"]
        for each in record["variants"].values()
        if "movement" in each and each["movement"]["fan_out"]
    }
    amounts = [fan_outs[layer] for layer in record["layers"] if layer in fan_outs]
    return bool((np.diff(amounts) < 0).all()) if len(amounts) > 1 else None
