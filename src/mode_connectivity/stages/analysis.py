"""What one path shows: loss and accuracy along it, and how far each layer moves."""

import json
import pathlib
from collections.abc import Callable

import numpy as np
from torch import Tensor

from mode_connectivity import layout
from mode_connectivity.atomic import whole_folder, write_json
from mode_connectivity.datasets import Images
from mode_connectivity.evaluation import Profile, output_moments, path_summary, repair, sweep
from mode_connectivity.geometry import METRICS, LayerDistances, distance_arrays, layer_distances, layer_summary
from mode_connectivity.params import Params
from mode_connectivity.paths import Linear, Path
from mode_connectivity.plots.along_path import metrics_along_path
from mode_connectivity.plots.evolution import Evolution, evolution_frames
from mode_connectivity.plots.gif import save_gif
from mode_connectivity.plots.heatmap import evolution_heatmap
from mode_connectivity.plots.style import save_png
from mode_connectivity.stages.fitted import load_fitted
from mode_connectivity.stages.movement import movement
from mode_connectivity.stages.running import flat, run
from mode_connectivity.stages.study import Study
from mode_connectivity.tracking import Record

Profiles = dict[str, dict[str, Profile]]


def main(params: Params, variant: str, seed: int) -> None:
    study = Study.open(params)
    start, end = study.load(layout.endpoint(seed)), study.load(layout.swapped(variant, seed))
    curve = load_fitted(study, start, layout.curve(variant, seed), end)
    metadata = json.loads(layout.metadata(layout.swapped(variant, seed)).read_text())
    layer = metadata["layer"]
    made_from = [layout.curve(variant, seed)]
    ts = np.linspace(0, 1, params.analysis.points)
    distances = layer_distances(curve, ts)
    figures, arrays = movement(study, curve, metadata, ts)
    paths: dict[str, Path] = {type(curve).__name__.lower(): curve, "linear": Linear(start, end)}
    profiles = {name: _profiles(study, path, ts, f"{name} {variant} seed {seed}") for name, path in paths.items()}
    with whole_folder(layout.analysis(variant, seed)) as folder:
        _save_arrays(folder / layout.DISTANCES, distances, profiles, layer)
        np.savez(folder / layout.DISPLACEMENT, allow_pickle=False, **arrays)
        write_json(
            folder / layout.SUMMARY,
            {
                **study.provenance("analysis", "evaluation", made_from=made_from, variant=variant, seed=seed),
                "swapped_layer": layer,
                "paths": {name: path_summary(ts, sets) for name, sets in profiles.items()},
                "layers": layer_summary(curve, distances),
                "movement": figures,
            },
        )
        _draw(folder, params, distances, profiles, layer, f"{variant}, seed {seed}")


def _profiles(study: Study, path: Path, ts: np.ndarray, title: str) -> dict[str, Profile]:
    visited = ts[:1] if path.is_point else ts
    recalibration = study.sample(study.params.evaluation.recalibration)
    profiles = sweep(
        study.model(),
        _repaired(study, path, recalibration) if study.params.evaluation.repair else path.at,
        visited,
        {"train": study.dataset.train, "test": study.dataset.test},
        study.scaling,
        study.precision,
        recalibration=recalibration,
        title=title,
    )
    return {probe: profile.repeated(len(ts) // len(visited)) for probe, profile in profiles.items()}


def _repaired(study: Study, path: Path, images: Images) -> Callable[[float], dict[str, Tensor]]:
    model = study.model()
    first, last = (output_moments(model, path.at(t), images, study.scaling) for t in (0.0, 1.0))
    return lambda t: repair(model, path.at(t), t, (first, last), images, study.scaling)


def _save_arrays(path: pathlib.Path, distances: LayerDistances, profiles: Profiles, layer: str | None) -> None:
    arrays = distance_arrays(distances, layer)
    for name, sets in profiles.items():
        for probe, profile in sets.items():
            for quantity in ("loss", "accuracy", "error"):
                arrays[f"{name}_{probe}_{quantity}"] = getattr(profile, quantity)
    np.savez(path, allow_pickle=False, **arrays)


def _draw(
    folder: pathlib.Path, params: Params, distances: LayerDistances, profiles: Profiles, layer: str | None, title: str
) -> None:
    heading = f"Distance from the original along the curve ({title})"
    for place, metric in enumerate(params.analysis.metric):
        values = getattr(distances, metric)
        evolution = Evolution(distances.layers, distances.ts, values, layer, quantity=METRICS[metric], title=heading)
        # The first has the promised names.
        gif, heatmap = (name if place == 0 else f"{metric}_{name}" for name in (layout.EVOLUTION, layout.HEATMAP))
        save_gif(evolution_frames(evolution), folder / gif, params.analysis.fps)
        save_png(evolution_heatmap(evolution), folder / heatmap)
    lines = {
        name: {probe: (profile.loss, profile.accuracy) for probe, profile in sets.items()}
        for name, sets in profiles.items()
    }
    save_png(metrics_along_path(distances.ts, lines, title=f"Along the path ({title})"), folder / layout.ALONG_PATH)


def record(params: Params, variant: str, seed: int) -> Record:
    folder = layout.analysis(variant, seed)
    summary = json.loads((folder / layout.SUMMARY).read_text())
    with np.load(folder / layout.DISTANCES, allow_pickle=False) as arrays:
        layers = arrays["layers"].tolist()
        series = {
            f"{metric}/{layer}": arrays[metric][:, place].tolist()
            for metric in METRICS
            for place, layer in enumerate(layers)
        }
        for name in arrays.files:
            path, _, rest = name.partition("_")
            if path in summary["paths"]:
                series[f"{path}/{rest}"] = arrays[name].tolist()
    metrics = {
        f"{path}/{probe}_{quantity}": value
        for path, sets in summary["paths"].items()
        for probe, quantities in sets.items()
        for quantity, value in quantities.items()
        if isinstance(value, float)
    } | {f"movement/{name}": value for name, value in summary["movement"].items() if isinstance(value, float)}
    return Record(
        stage="analysis",
        item={"variant": variant, "seed": seed},
        params=flat(summary["params"]) | {"data_sha256": summary["data_sha256"], "layer": summary["swapped_layer"]},
        metrics=metrics,
        series=series,
        files=sorted(path for path in folder.iterdir() if not path.name.startswith(".")),
    )


if __name__ == "__main__":
    run(main, record, "variant", "seed")
