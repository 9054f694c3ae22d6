"""Scores a path of the neuron-swap study on its training and test images."""

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.evaluation import Profile
from mode_connectivity.neuron_swap.repaired import repaired
from mode_connectivity.paths import Path
from mode_connectivity.study.scoring import score_path
from mode_connectivity.study.study import Study


def profiles_of(study: Study, path: Path, ts: NDArray[np.float64], title: str) -> dict[str, Profile]:
    """Return the profiles of the probe sets "train" and "test"; a path that is one point is scored once.

    With `evaluation.repair` the activations of every point are renormalised (REPAIR).
    """
    visited = ts[:1] if path.is_point else ts
    at = repaired(study, path) if study.params.evaluation.repair else path.at
    sets = {"train": study.dataset.train, "test": study.dataset.test}
    profiles = score_path(study, at, visited, sets, title)
    return {probe: profile.repeated(len(ts) // len(visited)) for probe, profile in profiles.items()}
