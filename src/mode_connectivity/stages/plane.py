"""Loss and error on the plane through the two ends of a path and its bend."""

import json
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity import layout
from mode_connectivity.atomic import whole_folder, write_json
from mode_connectivity.evaluation import sweep_grid
from mode_connectivity.geometry import Plane
from mode_connectivity.params import Params
from mode_connectivity.plots.plane import Surface, plane_contours
from mode_connectivity.plots.style import save_png
from mode_connectivity.stages.fitted import load_fitted
from mode_connectivity.stages.running import flat, run
from mode_connectivity.stages.study import Study
from mode_connectivity.tracking import Record

Arrays = dict[str, NDArray[np.float64]]

DRAWN = 61  # points of the path's line in the figure
CORNERS = ("original", "other end", "bend")


def main(params: Params, variant: str, seed: int) -> None:
    study = Study.open(params)
    start, end = study.load(layout.endpoint(seed)), study.load(layout.swapped(variant, seed))
    curve = load_fitted(study, start, layout.curve(variant, seed), end)
    if len(curve.controls) != 3:
        raise ValueError(f"plane: a path of {len(curve.controls) - 2} bends lies in no plane; take curve.bends=1")
    plane = Plane(start, end, curve.controls[1])
    xs, ys = plane.sides(params.plane.margin, params.plane.points)
    profiles = sweep_grid(
        study.model(),
        plane.at,
        xs,
        ys,
        {"train": study.dataset.train, "test": study.dataset.test},
        study.scaling,
        study.precision,
        recalibration=study.sample(params.evaluation.recalibration),
        title=f"plane {variant} seed {seed}",
    )
    weights = np.array([curve.weights(t) for t in np.linspace(0, 1, DRAWN).tolist()])
    arrays = {"xs": xs, "ys": ys, "corners": plane.places, "curve": plane.curve(weights[:, [0, 2, 1]])}
    for probe, profile in profiles.items():
        arrays |= {f"{probe}_{name}": getattr(profile, name) for name in ("loss", "accuracy", "error")}
    made_from = [layout.endpoint(seed), layout.swapped(variant, seed), layout.curve(variant, seed)]
    provenance = study.provenance("evaluation", made_from=made_from, variant=variant, seed=seed)
    provenance["params"]["plane"] = params.plane.model_dump(include={"points", "margin"})
    with whole_folder(layout.plane(variant, seed)) as folder:
        np.savez(folder / layout.PLANE_GRID, allow_pickle=False, **arrays)
        write_json(folder / layout.PLANE_SUMMARY, {**provenance, **_summary(arrays)})
        save_png(
            _figure(arrays, f"Plane through the ends and the bend ({variant}, seed {seed})"), folder / layout.PLANE
        )


def _summary(arrays: Arrays) -> dict[str, Any]:
    lowest = {}
    for name in ("train_loss", "train_error", "test_loss", "test_error"):
        row, column = np.unravel_index(int(arrays[name].argmin()), arrays[name].shape)
        place = [float(arrays["xs"][column]), float(arrays["ys"][row])]
        lowest[name] = {"value": float(arrays[name][row, column]), "at": place}
    return {"corners": dict(zip(CORNERS, arrays["corners"].tolist(), strict=True)), "lowest": lowest}


def _figure(arrays: Arrays, title: str) -> Figure:
    surfaces = [
        Surface("training loss (nats)", arrays["train_loss"]),
        Surface("test error (%)", 100 * arrays["test_error"]),
    ]
    points = {name: (float(x), float(y)) for name, (x, y) in zip(CORNERS, arrays["corners"], strict=True)}
    paths = {"curve": arrays["curve"], "linear": arrays["corners"][:2]}
    return plane_contours(arrays["xs"], arrays["ys"], surfaces, points, paths, title=title)


def record(params: Params, variant: str, seed: int) -> Record:
    folder = layout.plane(variant, seed)
    summary = json.loads((folder / layout.PLANE_SUMMARY).read_text())
    return Record(
        stage="plane",
        item={"variant": variant, "seed": seed},
        params=flat(summary["params"]) | {"data_sha256": summary["data_sha256"]},
        metrics={f"lowest/{name}": each["value"] for name, each in summary["lowest"].items()},
        files=sorted(path for path in folder.iterdir() if not path.name.startswith(".")),
    )


if __name__ == "__main__":
    run(main, record, "variant", "seed")
