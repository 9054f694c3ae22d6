"""Makes the other end of a path: the endpoint with units moved, verified to be the same function."""

from collections.abc import Iterator
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
from mode_connectivity.neuron_swap.named_layers import named
from mode_connectivity.neuron_swap.variants import Move, move
from mode_connectivity.params import Params
from mode_connectivity.paths import Linear
from mode_connectivity.running.stage import run
from mode_connectivity.study.study import Study
from mode_connectivity.study.symmetry import symmetry_of
from mode_connectivity.symmetry.equivalence import TOLERANCE, Equivalence, compare
from mode_connectivity.tracking.record import Record, flat

RANDOM_INPUTS = 64


def main(params: Params, variant: str, seed: int) -> None:
    study = Study.open(params)
    original = study.load(layout.endpoint(seed))
    moved = move(study, variant, original)
    swapped = _apply(study, moved, original)
    sections = () if moved.permutation is None else ("swap",)
    metadata = {
        **study.provenance(*sections, made_from=[layout.endpoint(seed)], variant=variant, seed=seed),
        **named(symmetry_of(study), moved.layer),
        "pairs": moved.pairs,
        "distance_to_original": float(np.linalg.norm(end_distance(Linear(original, swapped)))),
        "verification": _verify(study, original, swapped),
    }
    path = layout.swapped(variant, seed)
    write_json(layout.metadata(path), metadata)
    checkpoints.save(path, swapped, metadata)


def _apply(study: Study, moved: Move, state: dict[str, Tensor]) -> dict[str, Tensor]:
    if moved.permutation is None:
        return {name: tensor.clone() for name, tensor in state.items()}
    return symmetry_of(study).apply(state, moved.permutation)


def _verify(study: Study, original: dict[str, Tensor], swapped: dict[str, Tensor]) -> dict[str, Any]:
    checks: dict[str, Any] = {"mode": study.params.swap.verify, "tolerance": TOLERANCE}
    if checks["mode"] == "off":
        return checks
    model = study.model().double()
    checks["random_inputs"] = _holds("random inputs", compare(model, original, swapped, _random_inputs(study)))
    if checks["mode"] == "full":
        checks["test_set"] = _holds("the test set", compare(model, original, swapped, _test_inputs(study)))
    return checks


def _holds(where: str, result: Equivalence) -> dict[str, Any]:
    if not result.holds:
        raise ValueError(
            f"the swapped network is another function: on {where} ({result.images} images) logits differ by "
            f"{result.relative_difference:.1e} relative (at most {TOLERANCE:.0e}) and "
            f"{result.changed_predictions} predictions changed"
        )
    return asdict(result)


def _test_inputs(study: Study) -> Iterator[Tensor]:
    return (images for images, _ in ScoringBatches(study.dataset.test, study.scaling, 256, torch.float64))


def _random_inputs(study: Study) -> Iterator[Tensor]:
    shape = (RANDOM_INPUTS, *study.dataset.test.pixels.shape[1:])
    yield torch.randn(shape, dtype=torch.float64, generator=named_generator(0, "random inputs")).to(study.device)


def record(params: Params, variant: str, seed: int) -> Record:
    file = layout.metadata(layout.swapped(variant, seed))
    metadata = read_json(file)
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
