"""Train one endpoint."""

import json
from dataclasses import asdict

import torch

from mode_connectivity import checkpoints, layout
from mode_connectivity.atomic import write_json
from mode_connectivity.evaluation import score
from mode_connectivity.params import Params
from mode_connectivity.randomness import named_seed
from mode_connectivity.stages.running import flat, run
from mode_connectivity.stages.study import Study
from mode_connectivity.tracking import Record
from mode_connectivity.training import Recipe, train_endpoint


def main(params: Params, seed: int) -> None:
    study = Study.open(params)
    model = study.model(seed)
    start = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    torch.manual_seed(named_seed(seed, "endpoint dropout"))
    batches = study.batches(params.endpoint.batch_size, seed, "endpoint")
    state, history = train_endpoint(
        model, start, batches, Recipe(**params.endpoint.model_dump()), study.precision, title=f"endpoint seed {seed}"
    )
    scores = {
        split: asdict(score(model, state, getattr(study.dataset, split), study.scaling, study.precision))
        for split in ("train", "test")
    }
    print(f"endpoint seed {seed}: test accuracy {scores['test']['accuracy']:.2%}")
    provenance = study.provenance("augmentation", "endpoint", seed=seed)
    path = layout.endpoint(seed)
    write_json(layout.history(path), {"epochs": [asdict(epoch) for epoch in history], "scores": scores, **provenance})
    checkpoints.save(path, state, {**provenance, "scores": scores})


def record(params: Params, seed: int) -> Record:
    history = json.loads(layout.history(layout.endpoint(seed)).read_text())
    return Record(
        stage="endpoint",
        item={"seed": seed},
        params=flat(history["params"]) | {"data_sha256": history["data_sha256"], "seed": seed},
        metrics={f"{split}/{key}": v for split, scores in history["scores"].items() for key, v in scores.items()},
        series={f"epoch/{key}": [epoch[key] for epoch in history["epochs"]] for key in history["epochs"][0]},
        files=[layout.history(layout.endpoint(seed))],
    )


if __name__ == "__main__":
    run(main, record, "seed")
