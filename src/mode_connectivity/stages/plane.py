"""Computes loss and error on a plane: through the two ends of a path and its bend, or through three endpoints."""

from pathlib import Path

import numpy as np

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.reading import read_json
from mode_connectivity.measures import Plane
from mode_connectivity.params import Params
from mode_connectivity.studies.analysis.planes import Lines, write_plane
from mode_connectivity.studies.shared.path_files import load_path
from mode_connectivity.studies.shared.study import Study
from mode_connectivity.tracking.record import Record, files_in

DRAWN = 61  # points of the path's line in the figure


def main(params: Params, of: str) -> None:
    study = Study.open(params)
    variant, _, seed = of.partition("-seed")
    plane, corners, lines, made_from = _of_path(study, variant, int(seed)) if seed else _of_endpoints(study, of)
    write_plane(study, plane, corners, lines, of, study.provenance("evaluation", made_from=made_from, of=of))


def _of_path(study: Study, variant: str, seed: int) -> tuple[Plane, tuple[str, ...], Lines, list[Path]]:
    files = [layout.endpoint(seed), layout.swapped(variant, seed), layout.curve(variant, seed)]
    start, end = study.load(files[0]), study.load(files[1])
    curve = load_path(study, start, files[2], end)
    if len(curve.controls) != 3:
        raise ValueError(f"plane.of: a path of {len(curve.controls) - 2} bends lies in no plane; take curve.bends=1")
    plane = Plane(start, end, curve.controls[1], parameters=curve.parameters)
    # A path's weights are in the order of its control points, the plane's in that of its corners.
    weights = np.array([curve.weights(t) for t in np.linspace(0, 1, DRAWN).tolist()])[:, [0, 2, 1]]
    lines = {"curve": plane.curve(weights), "linear": plane.places[:2]}
    return plane, ("original", "other end", "bend"), lines, files


def _of_endpoints(study: Study, of: str) -> tuple[Plane, tuple[str, ...], Lines, list[Path]]:
    seeds = [int(seed) for seed in of.split("-")]
    files = [layout.endpoint(seed) for seed in seeds]
    states = [study.load(file) for file in files]
    plane = Plane(*states, parameters=study.moving(states[0]))
    return plane, tuple(f"seed {seed}" for seed in seeds), {"linear": plane.places[[0, 1, 2, 0]]}, files


def record(params: Params, of: str) -> Record:
    folder = layout.plane(of)
    summary = read_json(folder / layout.PLANE_SUMMARY)
    return Record.of_result(
        summary,
        metrics={f"lowest/{name}": each["value"] for name, each in summary["lowest"].items()},
        files=files_in(folder),
    )
