"""Makes the other end from another seed, and checks that a network with units moved is the same function."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor

from mode_connectivity.data.sets import ScoringBatches
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.paths import State
from mode_connectivity.studies.shared.origins import scores_of, trained
from mode_connectivity.studies.shared.study import Study
from mode_connectivity.studies.shared.symmetry import symmetry_of
from mode_connectivity.symmetry import match_activations, match_weights
from mode_connectivity.symmetry.equivalence import TOLERANCE, Equivalence, compare

MATCHED = "rematched"
MATCHED_ON = 1024  # training images whose activations are matched


def twin(study: Study, variant: str, seed: int, original: State) -> tuple[State, dict[str, Any]]:
    """Return the twin of the endpoint `original`, and how it was made; `rematched` orders its units as those there."""
    state, history = trained(study, seed, "twin", f"twin-{variant}-seed{seed}")
    made = {"scores": scores_of(study, state), "epochs": [asdict(epoch) for epoch in history], "moved_units": {}}
    if variant == MATCHED:
        permutation = _match(study, original, state, seed)
        made["moved_units"] = {g: float((p != torch.arange(len(p))).double().mean()) for g, p in permutation.items()}
        state = symmetry_of(study).apply(state, permutation)
    return state, made


def _match(study: Study, reference: State, other: State, seed: int) -> State:
    symmetry = symmetry_of(study)
    if study.params.swap.match == "weights":
        return match_weights(symmetry, reference, other, named_generator(seed, "matching"))
    batches = (images for images, _ in ScoringBatches(study.sample(MATCHED_ON), study.scaling, 128))
    return match_activations(symmetry, study.model(), reference, other, batches)


RANDOM_INPUTS = 64


def verified(study: Study, original: State, swapped: State) -> dict[str, Any]:
    """Return how alike the float64 logits of both are on random inputs and, with swap.verify "full", on the test set.

    Raises:
        ValueError: they differ.
    """
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
