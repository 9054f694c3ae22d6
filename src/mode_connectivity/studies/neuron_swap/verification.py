"""Checks that a network with units moved is the same function as before."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor

from mode_connectivity.data.sets import ScoringBatches
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.paths import State
from mode_connectivity.studies.shared.study import Study
from mode_connectivity.symmetry.equivalence import TOLERANCE, Equivalence, compare

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
