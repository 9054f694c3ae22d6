"""Makes the other end from another seed: a twin with its own draws, as trained and after matching to the endpoint."""

from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mode_connectivity import layout
from mode_connectivity.datasets import ScoringBatches
from mode_connectivity.foundations import checkpoints
from mode_connectivity.foundations.atomic import write_json
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.foundations.reading import read_json
from mode_connectivity.geometry import end_distance
from mode_connectivity.params import Params
from mode_connectivity.params.variants import RESEEDS
from mode_connectivity.paths import Linear
from mode_connectivity.running.stage import run
from mode_connectivity.study.origins import scores_of, trained
from mode_connectivity.study.study import Study
from mode_connectivity.study.symmetry import symmetry_of
from mode_connectivity.symmetry import Symmetry, match_activations, match_weights
from mode_connectivity.tracking.record import Record, flat, series_of

MATCHED_ON = 1024  # training images whose activations are matched


def main(params: Params, seed: int) -> None:
    study = Study.open(params)
    original = study.load(layout.endpoint(seed))
    twin, history = trained(study, seed, "twin")
    symmetry = symmetry_of(study)
    permutation = _match(study, symmetry, original, twin, seed)
    moved = {g: float((p != torch.arange(len(p))).double().mean()) for g, p in permutation.items()}
    ends = {"reseed": (twin, {}), "rematched": (symmetry.apply(twin, permutation), moved)}
    scores = scores_of(study, twin)
    for end, (state, share) in ends.items():
        made_from = [layout.endpoint(seed)]
        metadata = {
            **study.provenance("augmentation", "endpoint", "reseed", made_from=made_from, variant=end, seed=seed),
            "layer": None,
            "pairs": [],
            "moved_units": share,
            "scores": scores,
            "epochs": [asdict(epoch) for epoch in history],
            "distance_to_original": float(np.linalg.norm(end_distance(Linear(original, state)))),
        }
        path = layout.swapped(end, seed)
        write_json(layout.metadata(path), metadata)
        checkpoints.save(path, state, metadata)


def _match(
    study: Study, symmetry: Symmetry, reference: dict[str, Tensor], other: dict[str, Tensor], seed: int
) -> dict[str, Tensor]:
    if study.params.reseed.match == "weights":
        return match_weights(symmetry, reference, other, named_generator(seed, "matching"))
    batches = (images for images, _ in ScoringBatches(study.sample(MATCHED_ON), study.scaling, 128))
    return match_activations(symmetry, study.model(), reference, other, batches)


def record(params: Params, seed: int) -> Record:
    files = [layout.metadata(layout.swapped(end, seed)) for end in RESEEDS]
    metadata: dict[str, Any] = {file.stem: read_json(file) for file in files}
    plain = metadata[files[0].stem]
    return Record(
        stage="reseed",
        item={"seed": seed},
        params=flat(plain["params"]) | {"data_sha256": plain["data_sha256"]},
        metrics={f"{each['variant']}/distance_to_original": each["distance_to_original"] for each in metadata.values()}
        | {f"twin/{split}_{key}": v for split, each in plain["scores"].items() for key, v in each.items()},
        series=series_of(plain["epochs"]),
        files=files,
    )


if __name__ == "__main__":
    run(main, record, "seed")
