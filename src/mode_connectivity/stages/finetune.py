"""Fine-tunes a cue-trained network by one method, and scores the straight line back to it."""

from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mode_connectivity.finetuning import Watch
from mode_connectivity.foundations import checkpoints, layout
from mode_connectivity.foundations.atomic import write_json
from mode_connectivity.foundations.project import resolved
from mode_connectivity.foundations.randomness import named_seed
from mode_connectivity.foundations.reading import read_json
from mode_connectivity.measures import defined, path_summary
from mode_connectivity.params import Params
from mode_connectivity.paths import Linear
from mode_connectivity.studies.mechanisms.cue_study import CueStudy
from mode_connectivity.studies.mechanisms.patterns import RECALIBRATION
from mode_connectivity.studies.mechanisms.tuning import clean_images, cue_images, tune
from mode_connectivity.studies.shared.origins import imported
from mode_connectivity.studies.shared.scoring import score_images, score_path
from mode_connectivity.tracking.record import Record, series_of

OF_THE_PATH = ("n_interpolations", "recalibrate_on")


def main(params: Params, method: str, seed: int) -> None:
    study = CueStudy.of_network(params, seed)
    pretrained = _pretrained(study, seed)
    watch = Watch(study.model(), study.cues.test_sets, study.scaling, study.precision)
    watch(pretrained)
    torch.manual_seed(named_seed(seed, "fine-tuning dropout"))
    provenance = _provenance(study, method, seed)
    made_from = [layout.PRETRAINED if params.finetune.model else layout.cue_endpoint("cue", seed)]
    with (
        study.keeping(f"{method}-head-seed{seed}", provenance, made_from) as of_head,
        study.keeping(f"{method}-seed{seed}", provenance, made_from) as of_method,
    ):
        tuned, history = tune(study, method, seed, pretrained, watch, (of_head, of_method))
    scores = {"pretrained": _scores(study, pretrained), "tuned": _scores(study, tuned)}
    readings = ", ".join(f"{name} {value['accuracy']:.1%}" for name, value in scores["tuned"].items())
    print(f"{method}, seed {seed}, test accuracy: {readings}")
    path = layout.finetuned(method, seed)
    result = {
        "epochs": [asdict(epoch) for epoch in history],
        "accuracy": watch.accuracy,
        "scores": scores,
        "path": _path(study, pretrained, tuned, f"line {method} seed {seed}"),
        "images": {"clean": len(clean_images(study, seed))}
        | ({"cue": len(cue_images(study, seed))} if method == "cbft" else {}),
    }
    write_json(layout.history(path), result | provenance)
    checkpoints.save(path, tuned, provenance | {"scores": scores})


def _pretrained(study: CueStudy, seed: int) -> dict[str, Tensor]:
    template = study.params.finetune.model
    if template is None:
        return study.load(layout.cue_endpoint("cue", seed))
    return imported(study, resolved(template.format(seed=seed)), "finetune.model")


def _scores(study: CueStudy, state: dict[str, Tensor]) -> dict[str, dict[str, float]]:
    """Return loss and accuracy on each probe set of test images, with the network's own BN statistics."""
    return {name: score_images(study, state, images).record() for name, images in study.cues.test_sets.items()}


def _path(study: CueStudy, pretrained: dict[str, Tensor], tuned: dict[str, Tensor], title: str) -> dict[str, Any]:
    """Return the scores on each test probe set along the line from the pretrained (t = 0) to the tuned network."""
    section = study.params.mechanism
    ts = np.linspace(0, 1, section.n_interpolations + 1)
    recalibration = study.sample(RECALIBRATION, study.training_images(section.recalibrate_on))
    line = Linear(pretrained, tuned)
    profiles = score_path(study, line.at, ts, study.cues.test_sets, title, recalibration)
    sets = {
        name: {"loss": profiles[name].loss.tolist(), "accuracy": defined(profiles[name].accuracy).tolist()} | summary
        for name, summary in path_summary(ts, profiles).items()
    }
    return {"ts": ts.tolist(), "sets": sets}


def _provenance(study: CueStudy, method: str, seed: int) -> dict[str, Any]:
    """Return the provenance; of the finetune and mechanism sections it holds only what this method depends on."""
    section = study.params.finetune
    kept = {"n_clean", "n_cue"} if method == "cbft" else {"n_clean"}
    own = {
        "finetune": {method: section.own(method), **section.model_dump(mode="json", include=kept)},
        "mechanism": study.params.mechanism.model_dump(mode="json", include=set(OF_THE_PATH)),
    }
    if section.model is None:
        provenance = study.provenance(made_from=[layout.cue_endpoint("cue", seed)], method=method, seed=seed)
    else:
        digest = read_json(layout.PRETRAINED)[str(seed)]
        provenance = study.provenance(method=method, seed=seed) | {"pretrained_sha256": digest}
    return provenance | {"params": provenance["params"] | own}


def record(params: Params, method: str, seed: int) -> Record:
    file = layout.history(layout.finetuned(method, seed))
    history = read_json(file)
    sets = history["path"]["sets"]
    metrics = {
        f"{when}/{name}_{key}": value
        for when, scores in history["scores"].items()
        for name, values in scores.items()
        for key, value in values.items()
    }
    metrics |= {f"path/{name}_{key}": sets[name][key] for name in sets for key in ("loss_barrier", "error_barrier")}
    series = series_of(history["epochs"]) | {f"epoch/{name}_accuracy": v for name, v in history["accuracy"].items()}
    return Record.of_result(
        history,
        metrics=metrics,
        series=series | {f"path/{name}_{key}": sets[name][key] for name in sets for key in ("loss", "accuracy")},
    )
