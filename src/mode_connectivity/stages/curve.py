"""Fit the bend of the path from an endpoint to its swapped variant."""

import json
from dataclasses import asdict

import torch

from mode_connectivity import checkpoints, layout
from mode_connectivity.atomic import write_json
from mode_connectivity.params import Params
from mode_connectivity.paths.fitting import fit
from mode_connectivity.randomness import named_generator, named_seed
from mode_connectivity.stages.bends import recipe_of, starting_bends
from mode_connectivity.stages.fitted import KINDS, stacked
from mode_connectivity.stages.keeping import keeping
from mode_connectivity.stages.running import flat, run, series_of
from mode_connectivity.stages.study import Study
from mode_connectivity.tracking import Record


def main(params: Params, variant: str, seed: int) -> None:
    study = Study.open(params)
    start, end = study.load(layout.endpoint(seed)), study.load(layout.swapped(variant, seed))
    made_from = [layout.endpoint(seed), layout.swapped(variant, seed)]
    provenance = study.provenance("curve", made_from=made_from, variant=variant, seed=seed)
    torch.manual_seed(named_seed(seed, "curve dropout"))
    with keeping(study, f"curve-{variant}-seed{seed}", provenance, made_from) as keeper:
        bends, history = fit(
            study.model(),
            KINDS[params.curve.kind]([start, *starting_bends(params.curve, start, end, seed), end]),
            study.batches(params.curve.batch_size, seed, "curve"),
            recipe_of(params.curve),
            study.precision,
            named_generator(seed, "curve t"),
            equidistant=params.curve.equidistant,
            keeper=keeper,
            title=f"curve {variant} seed {seed}",
        )
    path = layout.curve(variant, seed)
    write_json(layout.history(path), {"epochs": [asdict(epoch) for epoch in history], **provenance})
    checkpoints.save(path, stacked(bends), provenance)


def record(params: Params, variant: str, seed: int) -> Record:
    file = layout.history(layout.curve(variant, seed))
    history = json.loads(file.read_text())
    return Record(
        stage="curve",
        item={"variant": variant, "seed": seed},
        params=flat(history["params"]) | {"data_sha256": history["data_sha256"]},
        metrics={f"final/{key}": value for key, value in history["epochs"][-1].items()},
        series=series_of(history["epochs"]),
        files=[file],
    )


if __name__ == "__main__":
    run(main, record, "variant", "seed")
