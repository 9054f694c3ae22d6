"""Makes the other end from another seed: a twin with draws of its own, as trained or after matching to the endpoint."""

from dataclasses import asdict
from typing import Any

import torch

from mode_connectivity.data.sets import ScoringBatches
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.paths import State
from mode_connectivity.studies.shared.origins import scores_of, trained
from mode_connectivity.studies.shared.study import Study
from mode_connectivity.studies.shared.symmetry import symmetry_of
from mode_connectivity.symmetry import match_activations, match_weights

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
