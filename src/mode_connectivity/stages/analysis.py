"""Writes what one path shows: loss and accuracy along it, and how far each layer moves."""

import pathlib

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.atomic import whole_folder, write_arrays, write_json
from mode_connectivity.foundations.reading import read_arrays, read_json
from mode_connectivity.measures import LayerDistances, distance_arrays, layer_distances, layer_summary, path_summary
from mode_connectivity.models.layer_titles import layer_titles
from mode_connectivity.params import Params
from mode_connectivity.paths import Linear
from mode_connectivity.paths.kinds import kind_of
from mode_connectivity.studies.analysis.movement import movement
from mode_connectivity.studies.analysis.path_figures import Marks, Profiles, draw_distances, draw_profiles
from mode_connectivity.studies.analysis.profiles import profiles_of
from mode_connectivity.studies.analysis.summary import FITTED
from mode_connectivity.studies.neuron_swap.swap_metadata import read_swap
from mode_connectivity.studies.shared.path_files import load_path
from mode_connectivity.studies.shared.study import Study
from mode_connectivity.tracking.along_path import barriers, distance_series, movements, score_series
from mode_connectivity.tracking.record import Record, files_in

QUANTITIES = ("loss", "accuracy", "error")


def main(params: Params, variant: str, seed: int) -> None:
    study = Study.open(params)
    start, end = study.load(layout.endpoint(seed)), study.load(layout.swapped(variant, seed))
    curve = load_path(study, start, layout.curve(variant, seed), end)
    swap = read_swap(variant, seed)
    ts = np.linspace(0, 1, params.analysis.points)
    scored = np.linspace(0, 1, params.analysis.scored_points)
    distances = layer_distances(curve, ts)
    figures, arrays = movement(study, curve, swap, ts)
    paths = {kind_of(path): path for path in (curve, Linear(start, end))}
    profiles = profiles_of(study, paths, scored, f"{variant} seed {seed}")
    titles = layer_titles(study.model())
    marks = Marks.of(distances.layers, titles, swap.module, figures.get("readers", ()))
    made_from = [layout.curve(variant, seed)]
    with whole_folder(layout.analysis(variant, seed)) as folder:
        _save_arrays(folder / layout.DISTANCES, distances, scored, profiles, swap.module)
        write_arrays(folder / layout.DISPLACEMENT, arrays)
        write_json(
            folder / layout.SUMMARY,
            {
                **study.provenance("analysis", "evaluation", made_from=made_from, variant=variant, seed=seed),
                "swapped_layer": swap.module,
                FITTED: kind_of(curve),
                "paths": {name: path_summary(scored, sets) for name, sets in profiles.items()},
                "layers": [
                    {**each, "title": title}
                    for each, title in zip(layer_summary(curve, distances), marks.titles, strict=True)
                ],
                "movement": figures,
            },
        )
        draw_distances(folder, distances, marks, params.analysis.metric, params.analysis.fps)
        draw_profiles(folder, scored, profiles)


def _save_arrays(
    path: pathlib.Path, distances: LayerDistances, scored: NDArray[np.float64], profiles: Profiles, layer: str | None
) -> None:
    arrays = distance_arrays(distances, layer) | {"scored_ts": scored}
    for name, sets in profiles.items():
        for probe, profile in sets.items():
            arrays |= {f"{name}_{probe}_{quantity}": getattr(profile, quantity) for quantity in QUANTITIES}
    write_arrays(path, arrays)


def record(params: Params, variant: str, seed: int) -> Record:
    folder = layout.analysis(variant, seed)
    summary = read_json(folder / layout.SUMMARY)
    kinds = {"curve": summary[FITTED], "line": "linear"}
    arrays = read_arrays(folder / layout.DISTANCES)
    titles = [layer["title"] for layer in summary["layers"]]
    series = distance_series(titles, arrays["normalized_l2"]) | score_series(arrays, kinds)
    return Record.of_result(
        summary,
        {"layer": summary["swapped_layer"]},
        metrics=barriers(summary["paths"], kinds) | movements(summary["movement"]),
        series=series,
        files=files_in(folder),
    )
