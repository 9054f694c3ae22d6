"""Scores a path from a cue-trained network to its clean twin on every probe set, and draws it."""

import numpy as np

from mode_connectivity import layout
from mode_connectivity.evaluation import path_summary
from mode_connectivity.foundations.atomic import whole_folder, write_json
from mode_connectivity.foundations.reading import read_arrays, read_json
from mode_connectivity.mechanisms.cue_study import CueStudy
from mode_connectivity.mechanisms.path_figure import draw_profiles
from mode_connectivity.mechanisms.profiles import probe_profiles
from mode_connectivity.params import Params
from mode_connectivity.running.stage import run
from mode_connectivity.study.path_files import load_path
from mode_connectivity.tracking.record import Record, files_in, flat, series_of

HISTORY = ("epochs", "moved_units")  # what the mechanism stage may have recorded while it made the path
TEST = "test_"  # the probe sets that are tracked; those of training images are in the arrays


def main(params: Params, pattern: str, seed: int) -> None:
    study = CueStudy.of_network(params, seed)
    start, end = (study.load(layout.cue_endpoint(kind, seed)) for kind in ("cue", "clean"))
    file = layout.mechanism_path(pattern, seed)
    path = load_path(study, start, file, end)
    history = read_json(layout.history(file))
    provenance = study.provenance("mechanism", made_from=[file], pattern=pattern, seed=seed)
    provenance["params"]["mechanism"].pop("patterns")
    ts = np.linspace(0, 1, params.mechanism.n_interpolations + 1)
    profiles = probe_profiles(study, path, ts, f"{pattern} seed {seed}")
    arrays = {
        f"{name}_{quantity}": getattr(profile, quantity)
        for name, profile in profiles.items()
        for quantity in ("loss", "accuracy")
    }
    told = {key: history[key] for key in HISTORY if key in history}
    with whole_folder(layout.mechanism(pattern, seed)) as folder:
        np.savez(folder / layout.PROBED, allow_pickle=False, ts=ts, **arrays)
        summary = {**provenance, **told, "probe_sets": path_summary(ts, profiles)}
        write_json(folder / layout.PROBED_SUMMARY, summary)
        draw_profiles(folder / layout.PROBED_FIGURE, ts, profiles)


def record(params: Params, pattern: str, seed: int) -> Record:
    folder = layout.mechanism(pattern, seed)
    summary = read_json(folder / layout.PROBED_SUMMARY)
    arrays = read_arrays(folder / layout.PROBED)
    series = {name: arrays[name].tolist() for name in arrays if name.startswith(TEST)}
    return Record(
        stage="mechanism_scores",
        item={"pattern": pattern, "seed": seed},
        params=flat(summary["params"]) | {"data_sha256": summary["data_sha256"]},
        metrics={
            f"{probe}/{quantity}": value
            for probe, quantities in summary["probe_sets"].items()
            for quantity, value in quantities.items()
            if isinstance(value, float) and probe.startswith(TEST)
        },
        series=series | series_of(summary.get("epochs", [])),
        files=files_in(folder),
    )


if __name__ == "__main__":
    run(main, record, "pattern", "seed")
