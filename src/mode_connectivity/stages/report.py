"""All paths of a study side by side."""

import json
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from mode_connectivity import layout
from mode_connectivity.atomic import whole_folder, write_json
from mode_connectivity.params import Params
from mode_connectivity.plots.comparison import barriers, displacements
from mode_connectivity.plots.style import save_png
from mode_connectivity.stages.path_figure import draw_paths
from mode_connectivity.stages.running import flat, run
from mode_connectivity.tracking import Record

TEMPLATE = Path(__file__).with_name("report.md.j2")
CONTROL = "control"
Row = dict[str, Any]
MEANS = {
    "linear_train_loss_barrier": "linear_barrier",
    "bezier_train_loss_barrier": "bezier_barrier",
    "bend_displacement": "displacement",
}


def main(params: Params) -> None:
    summaries: dict[tuple[str, int], Any] = {
        (variant, seed): json.loads((layout.analysis(variant, seed) / layout.SUMMARY).read_text())
        for variant, seed in _items(params)
    }
    rows = [_row(variant, seed, summaries) for variant, seed in summaries]
    with whole_folder(layout.COMPARISON) as folder:
        _draw(folder, rows)
        draw_paths(folder, summaries)
        (folder / layout.REPORT).write_text(_text(params, rows))
        write_json(folder / layout.METRICS, _metrics(rows))


def _items(params: Params) -> list[tuple[str, int]]:
    items = [(variant, seed) for variant in params.variants for seed in params.seeds]
    return items + [(end, seed) for end in layout.RESEEDS for seed in params.reseed.seeds]


def _row(variant: str, seed: int, summaries: dict[tuple[str, int], Any]) -> Row:
    summary = summaries[variant, seed]
    control = summaries.get((CONTROL, seed)) if variant != CONTROL else None
    paths, layers, layer = summary["paths"], summary["layers"], summary["swapped_layer"]
    curve = next(sets for name, sets in paths.items() if name != "linear")
    names = [values["layer"] for values in layers]
    place = names.index(layer) if layer else None
    return {
        "variant": variant,
        "seed": seed,
        "layer": layer,
        "layers": names,
        "accuracy": curve["test"]["accuracy_at_ends"][0],
        "end_loss": max(paths["linear"]["train"]["loss_at_ends"]),
        "linear_barrier": paths["linear"]["train"]["loss_barrier"],
        "bezier_barrier": curve["train"]["loss_barrier"],
        "end_distance": float(np.linalg.norm(_column(layers, "end_distance"))),
        "per_layer": _column(layers, "bend_displacement"),
        "displacement": float(np.linalg.norm(_column(layers, "bend_displacement"))),
        "share": _share(_column(layers, "bend_displacement") ** 2, place),
        "control_displacement": float(np.linalg.norm(_column(control["layers"], "bend_displacement")))
        if control
        else None,
        "control_share": _share(_column(control["layers"], "bend_displacement") ** 2, place) if control else None,
        "parameter_share": _share(_column(layers, "parameters"), place),
    }


def _column(layers: list[dict[str, Any]], name: str) -> np.ndarray:
    return np.array([values[name] for values in layers])


def _share(amounts: np.ndarray, place: int | None) -> float | None:
    return float(amounts[place] / amounts.sum()) if place is not None and amounts.sum() else None


def _draw(folder: Path, rows: list[Row]) -> None:
    variants = tuple(dict.fromkeys(row["variant"] for row in rows))

    def by_variant(key: str) -> dict[str, np.ndarray]:
        return {v: np.array([row[key] for row in rows if row["variant"] == v]) for v in variants}

    figure = barriers(variants, by_variant("linear_barrier"), by_variant("bezier_barrier"))
    save_png(figure, folder / layout.BARRIERS)
    swapped = {row["variant"]: row["layer"] for row in rows}
    figure = displacements(rows[0]["layers"], variants, by_variant("per_layer"), swapped)
    save_png(figure, folder / layout.DISPLACEMENTS)


def _text(params: Params, rows: list[Row]) -> str:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    environment.globals["number"] = lambda value, form: "-" if value is None else form % value
    swaps = [row for row in rows if row["layer"]]
    ratios = [row["control_displacement"] / row["displacement"] for row in swaps if row["control_displacement"]]
    return environment.from_string(TEMPLATE.read_text()).render(
        rows=rows,
        variants=params.variants,
        seeds=params.seeds,
        pairs=params.swap.pairs if params.swap.given is None else len(params.swap.given),
        amounts={variant: n for variant, n in params.swap.amounts.items() if variant in params.variants},
        chosen=_chosen(params),
        model=params.model.name,
        width=params.model.width,
        source=params.dataset.source,
        precision=params.compute.precision,
        points=params.analysis.points,
        accuracies={row["seed"]: row["accuracy"] for row in rows},
        highest=max(swaps, key=lambda row: row["linear_barrier"], default=None),
        highest_bezier=max(rows, key=lambda row: row["bezier_barrier"]),
        reseeds=_reseeds(rows),
        ratios={"low": min(ratios), "high": max(ratios)} if ratios else None,
    )


def _reseeds(rows: list[Row]) -> dict[str, dict[str, float]] | None:
    """Means over the seeds for another seed as the other end, as it was trained and after matching."""
    keys = ("linear_barrier", "bezier_barrier", "end_distance", "displacement", "end_loss")
    chosen = {end: [row for row in rows if row["variant"] == end] for end in layout.RESEEDS}
    if not all(chosen.values()):
        return None
    return {end: {key: float(np.mean([row[key] for row in each])) for key in keys} for end, each in chosen.items()}


def _chosen(params: Params) -> str:
    if params.swap.given is not None:
        return "that `swap.given` names"
    if params.swap.draw == "importance":
        return "of its layer whose ablation raises the loss most"
    return f"that `swap.seed` {params.swap.seed} picks among the live ones of its layer"


def _metrics(rows: list[Row]) -> dict[str, Any]:
    """Means over the seeds, few enough to compare experiments by eye; the seeds' own values are in the report."""
    means: dict[str, Any] = {"test_accuracy": float(np.mean([row["accuracy"] for row in rows]))}
    for variant in dict.fromkeys(row["variant"] for row in rows):
        chosen = [row for row in rows if row["variant"] == variant]
        means[variant] = {name: float(np.mean([row[key] for row in chosen])) for name, key in MEANS.items()}
    return means


def record(params: Params) -> Record:
    metrics = flat(json.loads((layout.COMPARISON / layout.METRICS).read_text()))
    return Record(
        stage="report",
        item={},
        params=flat(params.model_dump(mode="json")),
        metrics={key.replace(".", "/"): value for key, value in metrics.items()},
        files=sorted(path for path in layout.COMPARISON.iterdir() if not path.name.startswith(".")),
    )


if __name__ == "__main__":
    run(main, record)
