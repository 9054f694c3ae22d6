"""Makes a path from a cue-trained network to its clean twin, and scores it on every probe set."""

import numpy as np

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.atomic import whole_folder, write_arrays, write_json
from mode_connectivity.foundations.reading import read_arrays, read_json
from mode_connectivity.measures import path_summary
from mode_connectivity.params import Params
from mode_connectivity.studies.mechanisms.cue_study import CueStudy
from mode_connectivity.studies.mechanisms.patterns import MATCHED, path_between, probe_profiles
from mode_connectivity.studies.shared.path_files import save_path
from mode_connectivity.tracking.record import Record, files_in, series_of

SCORED = {"patterns", "n_interpolations"}  # params on which no path depends
TEST = "test_"  # the probe sets that are tracked; those of training images are in the arrays


def main(params: Params, pattern: str, seed: int) -> None:
    study = CueStudy.of_network(params, seed)
    ends = [layout.cue_endpoint("cue", seed), layout.cue_endpoint("clean", seed)]
    provenance = study.provenance("mechanism", made_from=ends, pattern=pattern, seed=seed)
    scored = {key: provenance["params"]["mechanism"].pop(key) for key in SCORED}
    path, history = path_between(study, pattern, seed, ends, provenance)
    save_path(layout.mechanism_path(pattern, seed), path, provenance, end=pattern in MATCHED)
    ts = np.linspace(0, 1, scored["n_interpolations"] + 1)
    profiles = probe_profiles(study, path, ts, f"{pattern} seed {seed}")
    arrays = {
        f"{name}_{quantity}": getattr(profile, quantity)
        for name, profile in profiles.items()
        for quantity in ("loss", "accuracy")
    }
    with whole_folder(layout.mechanism(pattern, seed)) as folder:
        write_arrays(folder / layout.PROBED, {"ts": ts, **arrays})
        summary = {**provenance, **history, "probe_sets": path_summary(ts, profiles)}
        write_json(folder / layout.PROBED_SUMMARY, summary)


def record(params: Params, pattern: str, seed: int) -> Record:
    folder = layout.mechanism(pattern, seed)
    summary = read_json(folder / layout.PROBED_SUMMARY)
    arrays = read_arrays(folder / layout.PROBED)
    series = {name: arrays[name].tolist() for name in arrays if name.startswith(TEST)}
    return Record.of_result(
        summary,
        metrics={
            f"{probe}/{quantity}": value
            for probe, quantities in summary["probe_sets"].items()
            for quantity, value in quantities.items()
            if isinstance(value, float) and probe.startswith(TEST)
        },
        series=series | series_of(summary.get("epochs", [])),
        files=files_in(folder),
    )
