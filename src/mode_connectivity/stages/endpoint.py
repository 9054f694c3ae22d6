"""Makes one endpoint: trains it, or takes it from a file."""

from dataclasses import asdict

from mode_connectivity.foundations import checkpoints, layout
from mode_connectivity.foundations.atomic import write_json
from mode_connectivity.foundations.project import resolved
from mode_connectivity.foundations.reading import read_json
from mode_connectivity.params import Params
from mode_connectivity.studies.shared.origins import imported, scores_of, trained
from mode_connectivity.studies.shared.study import Study
from mode_connectivity.tracking.record import Record, series_of
from mode_connectivity.training import Epoch


def main(params: Params, seed: int) -> None:
    study = Study.open(params)
    study.check_network()
    history: list[Epoch] = []
    if params.endpoint.imported:
        state = imported(study, resolved(params.endpoint.imported.format(seed=seed)))
        provenance = study.provenance(made_from=[], seed=seed) | {"imported": study.imports["endpoints"][str(seed)]}
    else:
        state, history = trained(study, seed, "endpoint", f"endpoint-seed{seed}")
        provenance = study.provenance("augmentation", "endpoint", seed=seed)
    scores = scores_of(study, state)
    print(f"endpoint seed {seed}: test accuracy {scores['test']['accuracy']:.2%}")
    path = layout.endpoint(seed)
    write_json(layout.history(path), {"epochs": [asdict(epoch) for epoch in history], "scores": scores, **provenance})
    checkpoints.save(path, state, {**provenance, "scores": scores})


def record(params: Params, seed: int) -> Record:
    history = read_json(layout.history(layout.endpoint(seed)))
    return Record.of_result(
        history,
        {"seed": seed},
        metrics={f"{split}/{key}": v for split, scores in history["scores"].items() for key, v in scores.items()},
        series=series_of(history["epochs"]),
        files=[layout.history(layout.endpoint(seed))],
    )
