"""Fitting the bends of one path, once or again with other draws."""

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
from mode_connectivity.stages.running import flat, series_of
from mode_connectivity.stages.study import Study
from mode_connectivity.tracking import Record


def fit_curve(params: Params, variant: str, seed: int, replicate: int = 0) -> None:
    """Fit the bends and save them with their history.

    A replicate has its own order, t, augmentation and dropout, the same for every variant: a swap and its control share
    them. Replicate 0 is the curve that all else is measured on.
    """
    study = Study.open(params)
    start, end = study.load(layout.endpoint(seed)), study.load(layout.swapped(variant, seed))
    made_from = [layout.endpoint(seed), layout.swapped(variant, seed)]
    repeat = {"replicate": replicate} if replicate else {}
    provenance = study.provenance("curve", made_from=made_from, variant=variant, seed=seed, **repeat)
    purpose, again = (f"curve replicate {replicate}", f"-replicate{replicate}") if replicate else ("curve", "")
    torch.manual_seed(named_seed(seed, f"{purpose} dropout"))
    with keeping(study, f"curve-{variant}-seed{seed}{again}", provenance, made_from) as keeper:
        bends, history = fit(
            study.model(),
            KINDS[params.curve.kind]([start, *starting_bends(params.curve, start, end, seed), end]),
            study.batches(params.curve.batch_size, seed, purpose),
            recipe_of(params.curve),
            study.precision,
            named_generator(seed, f"{purpose} t"),
            equidistant=params.curve.equidistant,
            keeper=keeper,
            title=f"{purpose} {variant} seed {seed}",
        )
    path = layout.curve(variant, seed, replicate)
    write_json(layout.history(path), {"epochs": [asdict(epoch) for epoch in history], **provenance})
    checkpoints.save(path, stacked(bends), provenance)


def fit_record(stage: str, item: dict[str, str | int], variant: str, seed: int, replicate: int = 0) -> Record:
    """The training of a curve, for tracking."""
    file = layout.history(layout.curve(variant, seed, replicate))
    history = json.loads(file.read_text())
    return Record(
        stage=stage,
        item=item,
        params=flat(history["params"]) | {"data_sha256": history["data_sha256"]},
        metrics={f"final/{key}": value for key, value in history["epochs"][-1].items()},
        series=series_of(history["epochs"]),
        files=[file],
    )
