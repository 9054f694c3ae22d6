"""Fits the bends of one path, once or again with other draws."""

from dataclasses import asdict

import torch

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.atomic import write_json
from mode_connectivity.foundations.randomness import named_generator, named_seed
from mode_connectivity.params import Params
from mode_connectivity.paths import linear_bends
from mode_connectivity.paths.fitting import fit_bends
from mode_connectivity.paths.kinds import KINDS
from mode_connectivity.studies.shared.path_files import save_path
from mode_connectivity.studies.shared.recipes import recipe_of
from mode_connectivity.studies.shared.study import Study


def fit_curve(params: Params, variant: str, seed: int, replicate: int = 0) -> None:
    """Fit the bends and save them with their history.

    A replicate has its own order, t, augmentation and dropout, the same for every variant: a swap and its control share
    them. Replicate 0 is the curve that all else is measured on.
    """
    study = Study.open(params)
    start, end = study.load(layout.endpoint(seed)), study.load(layout.swapped(variant, seed))
    made_from = [layout.endpoint(seed), layout.swapped(variant, seed)]
    kind = params.curve.kind
    repeat = {"replicate": replicate} if replicate else {}
    provenance = study.provenance("curve", made_from=made_from, variant=variant, seed=seed, **repeat)
    purpose, again = (f"curve replicate {replicate}", f"-replicate{replicate}") if replicate else ("curve", "")
    torch.manual_seed(named_seed(seed, f"{purpose} dropout"))
    with study.keeping(f"curve-{variant}-seed{seed}{again}", provenance, made_from) as keeper:
        bends, history = fit_bends(
            study.model(),
            KINDS[kind]([start, *linear_bends(start, end, params.curve.bends), end]),
            study.batches(params.curve.batch_size, seed, purpose),
            recipe_of(params.curve),
            study.precision,
            named_generator(seed, f"{purpose} t"),
            keeper=keeper,
            title=f"{purpose} {variant} seed {seed}",
        )
    path = layout.curve(variant, seed, replicate)
    write_json(layout.history(path), {"epochs": [asdict(epoch) for epoch in history], **provenance})
    save_path(path, KINDS[kind]([start, *bends, end]), provenance)
