"""Scores a plane of weight space on a grid, and writes its arrays, its summary and its figure."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.atomic import whole_folder, write_arrays, write_json
from mode_connectivity.measures import Plane, sweep_grid
from mode_connectivity.plots.plane import Surface, plane_contours
from mode_connectivity.plots.style import save_figure
from mode_connectivity.studies.shared.scoring import recalibrating_batches, scored_batches
from mode_connectivity.studies.shared.study import Study

Arrays = dict[str, NDArray[np.float64]]
Lines = Mapping[str, NDArray[np.float64]]
MARGIN = 0.3  # beyond the three corners, as a share of the longer side


def write_plane(
    study: Study,
    plane: Plane,
    corners: tuple[str, ...],
    lines: Lines,
    of: str,
    provenance: dict[str, Any],
) -> None:
    """Score `plane` and write its arrays, summary and figure; `lines` are in its coordinates, (T, 2) each."""
    section = study.params.plane
    xs, ys = plane.sides(MARGIN, section.points)
    profiles = sweep_grid(
        study.model(),
        plane.at,
        xs,
        ys,
        scored_batches(study, {"train": study.dataset.train, "test": study.dataset.test}),
        precision=study.precision,
        recalibration=recalibrating_batches(study),
        title=f"plane {of}",
    )
    arrays = {"xs": xs, "ys": ys, "corners": plane.places, **lines}
    for probe, profile in profiles.items():
        arrays |= {f"{probe}_{name}": getattr(profile, name) for name in ("loss", "accuracy", "error")}
    params = provenance["params"] | {"plane": section.model_dump(include={"points"})}
    places = dict(zip(corners, plane.places.tolist(), strict=True))
    summary = {**provenance, "params": params, "corners": places, "lowest": _lowest(arrays)}
    with whole_folder(layout.plane(of)) as partial:
        write_arrays(partial / layout.PLANE_GRID, arrays)
        write_json(partial / layout.PLANE_SUMMARY, summary)
        save_figure(_figure(arrays, places, lines), partial / layout.PLANE)


def _lowest(arrays: Arrays) -> dict[str, Any]:
    lowest = {}
    for name in ("train_loss", "train_error", "test_loss", "test_error"):
        row, column = np.unravel_index(int(arrays[name].argmin()), arrays[name].shape)
        place = [float(arrays["xs"][column]), float(arrays["ys"][row])]
        lowest[name] = {"value": float(arrays[name][row, column]), "at": place}
    return lowest


def _figure(arrays: Arrays, places: dict[str, list[float]], lines: Lines) -> Figure:
    surfaces = [
        Surface("training loss (nats)", arrays["train_loss"]),
        Surface("test error (%)", 100 * arrays["test_error"]),
    ]
    points = {name: (x, y) for name, (x, y) in places.items()}
    return plane_contours(arrays["xs"], arrays["ys"], surfaces, points, lines)
