"""Writes the report of all paths side by side."""

from pathlib import Path

import numpy as np

from mode_connectivity.params import Params
from mode_connectivity.params.variants import RESEEDS
from mode_connectivity.reports.comparison.rows import Row
from mode_connectivity.reports.rendering import render

TEMPLATE = Path(__file__).with_name("report.md.j2")


def report_text(params: Params, rows: list[Row]) -> str:
    """Return the report of all paths in prose."""
    swaps = [row for row in rows if row["layer"]]
    ratios = [row["control_displacement"] / row["displacement"] for row in swaps if row["control_displacement"]]
    return render(
        TEMPLATE,
        rows=rows,
        variants=params.variants,
        seeds=params.seeds,
        pairs={row["variant"]: row["pairs"] for row in swaps},
        chosen=_chosen(params),
        model=params.model.name,
        width=params.model.width,
        source=params.dataset.source,
        precision=params.compute.precision,
        points=params.analysis.scored_points,
        accuracies={row["seed"]: row["accuracy"] for row in rows},
        highest=max(swaps, key=lambda row: row["line_barrier"], default=None),
        highest_curve=max(rows, key=lambda row: row["curve_barrier"]),
        reseeds=_reseeds(rows),
        ratios={"low": min(ratios), "high": max(ratios)} if ratios else None,
    )


def _reseeds(rows: list[Row]) -> dict[str, dict[str, float]] | None:
    """Return means over the seeds for another seed as the other end, as it was trained and after matching."""
    keys = ("line_barrier", "curve_barrier", "end_distance", "displacement", "end_loss")
    chosen = {end: [row for row in rows if row["variant"] == end] for end in RESEEDS}
    if not all(chosen.values()):
        return None
    return {end: {key: float(np.mean([row[key] for row in each])) for key in keys} for end, each in chosen.items()}


def _chosen(params: Params) -> str:
    if params.swap.given is not None:
        return "that `swap.given` names"
    if params.swap.draw == "importance":
        return "of its layer whose ablation raises the loss most"
    return f"that `swap.seed` {params.swap.seed} picks among the live ones of its layer"
