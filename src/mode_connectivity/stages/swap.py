"""Make the other end of a path: the endpoint with some units of one layer swapped."""

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor

from mode_connectivity import checkpoints, layout
from mode_connectivity.atomic import write_json
from mode_connectivity.datasets import scoring_batches
from mode_connectivity.models import depth_layers
from mode_connectivity.params import Params
from mode_connectivity.randomness import named_generator
from mode_connectivity.stages.running import flat, run
from mode_connectivity.stages.study import Study
from mode_connectivity.symmetry import Symmetry
from mode_connectivity.symmetry.equivalence import TOLERANCE, Equivalence, compare
from mode_connectivity.symmetry.units import draw_pairs, observe_units, pair_distance
from mode_connectivity.tracking import Record

OBSERVED = 2048  # training images on which the units' activity is measured
RANDOM_INPUTS = 64


def main(params: Params, variant: str, seed: int) -> None:
    study = Study.open(params)
    original = study.load(layout.endpoint(seed))
    if variant == "control":
        layer, chosen, swapped = None, [], {name: tensor.clone() for name, tensor in original.items()}
    else:
        layer = depth_layers(params.model.name, batch_norm=params.model.batch_norm)[variant]
        symmetry = Symmetry.derive(study.model(), next(_inputs(study, torch.float32))[:2])
        chosen = _choose(study, symmetry, layer, original)
        swapped = symmetry.apply(original, symmetry.swap(layer, [unit["pair"] for unit in chosen]))
    sections = () if layer is None else ("swap",)
    metadata = {
        **study.provenance(*sections, made_from=[layout.endpoint(seed)], variant=variant, seed=seed),
        "layer": layer,
        "pairs": chosen,
        "distance_to_original": _distance(original, swapped),
        "verification": _verify(study, original, swapped),
    }
    path = layout.swapped(variant, seed)
    write_json(layout.metadata(path), metadata)
    checkpoints.save(path, swapped, metadata)


def _choose(study: Study, symmetry: Symmetry, layer: str, state: dict[str, Tensor]) -> list[dict[str, Any]]:
    sample = study.sample(OBSERVED)
    batches = (images for images, _ in scoring_batches(sample, study.scaling))
    units = observe_units(symmetry, layer, study.model(), state, batches)
    asked = study.params.swap
    try:
        pairs = draw_pairs(units.live, asked.pairs, named_generator(asked.seed, "swapped pairs"))
    except ValueError as error:
        raise ValueError(f"swap.pairs: {layer}: {error}") from error
    return [
        {
            "pair": list(pair),
            "activity": [float(units.activity[unit]) for unit in pair],
            "active_share": [float(units.active_share[unit]) for unit in pair],
            "norm": [float(units.norm[unit]) for unit in pair],
            "distance": pair_distance(layer, state, pair),
        }
        for pair in pairs
    ]


def _verify(study: Study, original: dict[str, Tensor], swapped: dict[str, Tensor]) -> dict[str, Any]:
    checks: dict[str, Any] = {"mode": study.params.swap.verify, "tolerance": TOLERANCE}
    if checks["mode"] == "off":
        return checks
    model = study.model().double()
    checks["random_inputs"] = _holds("random inputs", compare(model, original, swapped, _random_inputs(study)))
    if checks["mode"] == "full":
        checks["test_set"] = _holds("the test set", compare(model, original, swapped, _inputs(study, torch.float64)))
    return checks


def _holds(where: str, result: Equivalence) -> dict[str, Any]:
    if not result.holds:
        raise ValueError(
            f"the swapped network is another function: on {where} ({result.images} images) logits differ by "
            f"{result.relative_difference:.1e} relative (at most {TOLERANCE:.0e}) and "
            f"{result.changed_predictions} predictions changed"
        )
    return asdict(result)


def _distance(first: dict[str, Tensor], second: dict[str, Tensor]) -> float:
    return math.sqrt(sum(float((first[name].double() - second[name].double()).square().sum()) for name in first))


def _inputs(study: Study, dtype: torch.dtype) -> Iterator[Tensor]:
    return (images for images, _ in scoring_batches(study.dataset.test, study.scaling, 256, dtype))


def _random_inputs(study: Study) -> Iterator[Tensor]:
    shape = (RANDOM_INPUTS, *study.dataset.test.pixels.shape[1:])
    yield torch.randn(shape, dtype=torch.float64, generator=named_generator(0, "random inputs")).to(study.device)


def record(params: Params, variant: str, seed: int) -> Record:
    file = layout.metadata(layout.swapped(variant, seed))
    metadata = json.loads(file.read_text())
    checks = metadata["verification"]
    metrics = {"distance_to_original": metadata["distance_to_original"]}
    for where in ("random_inputs", "test_set"):
        metrics |= {f"{where}/{key}": float(value) for key, value in checks.get(where, {}).items()}
    return Record(
        stage="swap",
        item={"variant": variant, "seed": seed},
        params=flat(metadata["params"]) | {"data_sha256": metadata["data_sha256"], "layer": metadata["layer"]},
        metrics=metrics,
        files=[file],
    )


if __name__ == "__main__":
    run(main, record, "variant", "seed")
