"""Trains a network with cues and its clean twin."""

from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn

from mode_connectivity.foundations import checkpoints, layout
from mode_connectivity.foundations.atomic import write_json
from mode_connectivity.foundations.project import resolved
from mode_connectivity.foundations.randomness import named_seed
from mode_connectivity.foundations.reading import read_json
from mode_connectivity.params import Params
from mode_connectivity.studies.mechanisms.cue_study import CueStudy, TrainedOn
from mode_connectivity.studies.shared.origins import imported
from mode_connectivity.studies.shared.recipes import recipe_of
from mode_connectivity.studies.shared.scoring import score_images
from mode_connectivity.tracking.record import Record, series_of
from mode_connectivity.training import Epoch, Keeper, train_endpoint

KINDS: tuple[TrainedOn, ...] = ("cue", "clean")


def main(params: Params, seed: int) -> None:
    study = CueStudy.of_network(params, seed)
    study.check_network()
    for kind in KINDS:
        provenance = study.provenance("cue_endpoint", trained_on=kind, seed=seed)
        if params.cue_endpoint.pretrained is not None:
            provenance["pretrained_sha256"] = study.imports["pretrained"][str(seed)]
        with study.keeping(f"{kind}-trained-seed{seed}", provenance) as keeper:
            state, history = _trained(study, kind, seed, keeper)
        scores = probe_scores(study, state)
        readings = ", ".join(f"{name} {value['accuracy']:.1%}" for name, value in scores["test"].items())
        print(f"{kind}-trained network, seed {seed}, test accuracy: {readings}")
        path = layout.cue_endpoint(kind, seed)
        epochs = [asdict(epoch) for epoch in history]
        write_json(layout.history(path), {"epochs": epochs, "scores": scores, **provenance})
        checkpoints.save(path, state, {**provenance, "scores": scores})


def _trained(study: CueStudy, kind: TrainedOn, seed: int, keeper: Keeper) -> tuple[dict[str, Tensor], list[Epoch]]:
    section = study.params.cue_endpoint
    role = "cue endpoint" if section.initialisation == "shared" else f"{kind} endpoint"
    model = study.model(seed, role)
    torch.manual_seed(named_seed(seed, f"{role} dropout"))
    return train_endpoint(
        model,
        _start(study, model, seed),
        study.batches_of(study.training_images(kind), section.batch_size, seed, role),
        recipe_of(section),
        study.precision,
        keeper=keeper,
        title=f"{kind}-trained seed {seed}",
    )


def _start(study: CueStudy, model: nn.Module, seed: int) -> dict[str, Tensor]:
    """Return the weights that were given for this seed, or else the model's own initialisation."""
    template = study.params.cue_endpoint.pretrained
    if template is None:
        return {name: tensor.clone() for name, tensor in model.state_dict().items()}
    return imported(study, resolved(template.format(seed=seed)), "cue_endpoint.pretrained")


def probe_scores(study: CueStudy, state: dict[str, Tensor]) -> dict[str, Any]:
    """Return loss and accuracy on the four probe sets of both splits, with the network's own BN statistics."""
    splits = {"train": study.cues.train_sets, "test": study.cues.test_sets}
    return {
        split: {name: score_images(study, state, images).record() for name, images in sets.items()}
        for split, sets in splits.items()
    }


def record(params: Params, seed: int) -> Record:
    files = {kind: layout.history(layout.cue_endpoint(kind, seed)) for kind in KINDS}
    histories = {kind: read_json(file) for kind, file in files.items()}
    cue = histories["cue"]
    return Record.of_result(
        cue,
        {"seed": seed},
        metrics={
            f"{kind}/{split}_{probe}_{key}": value
            for kind, history in histories.items()
            for split, sets in history["scores"].items()
            for probe, scores in sets.items()
            for key, value in scores.items()
        },
        series={
            f"{kind}/{key}": values
            for kind, history in histories.items()
            for key, values in series_of(history["epochs"]).items()
        },
        files=list(files.values()),
    )
