"""Makes a path from a cue-trained network to its clean twin."""

from mode_connectivity import layout
from mode_connectivity.foundations.atomic import write_json
from mode_connectivity.foundations.reading import read_json
from mode_connectivity.mechanisms.cue_study import CueStudy
from mode_connectivity.mechanisms.patterns import MATCHED, path_between
from mode_connectivity.params import Params
from mode_connectivity.running.stage import run
from mode_connectivity.study.path_files import save_path
from mode_connectivity.tracking.record import Record, flat, series_of

SCORED = {"patterns", "n_interpolations", "train_images"}  # params on which no path depends


def main(params: Params, pattern: str, seed: int) -> None:
    study = CueStudy.of_network(params, seed)
    ends = [layout.cue_endpoint("cue", seed), layout.cue_endpoint("clean", seed)]
    provenance = study.provenance("mechanism", made_from=ends, pattern=pattern, seed=seed)
    for key in SCORED:
        provenance["params"]["mechanism"].pop(key)
    path, history = path_between(study, pattern, seed, ends, provenance)
    file = layout.mechanism_path(pattern, seed)
    write_json(layout.history(file), {**provenance, **history})
    save_path(file, path, provenance, end=pattern in MATCHED)


def record(params: Params, pattern: str, seed: int) -> Record:
    file = layout.history(layout.mechanism_path(pattern, seed))
    history = read_json(file)
    epochs = history.get("epochs", [])
    return Record(
        stage="mechanism",
        item={"pattern": pattern, "seed": seed},
        params=flat(history["params"]) | {"data_sha256": history["data_sha256"]},
        metrics={f"final/{key}": value for key, value in (epochs[-1] if epochs else {}).items()},
        series=series_of(epochs),
        files=[file],
    )


if __name__ == "__main__":
    run(main, record, "pattern", "seed")
