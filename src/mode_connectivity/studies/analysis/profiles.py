"""Scores the paths of the neuron-swap study between the same two ends, on its training and test images."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.measures import Profile
from mode_connectivity.paths import Path
from mode_connectivity.studies.shared.scoring import score_path
from mode_connectivity.studies.shared.study import Study

Profiles = dict[str, Profile]  # by probe set, "train" and "test"


def profiles_of(study: Study, paths: Mapping[str, Path], ts: NDArray[np.float64], title: str) -> dict[str, Profiles]:
    """Return the profiles of the probe sets "train" and "test" along each of `paths`, which have the same ends.

    `ts` runs from 0 to 1. The ends are scored for the first path alone, and a path that is one point at that point.
    """
    profiles: dict[str, Profiles] = {}
    for name, path in paths.items():
        ends = next(iter(profiles.values()), None)
        profiles[name] = _profile(study, path, ts, f"{name} {title}", ends)
    return profiles


def _profile(study: Study, path: Path, ts: NDArray[np.float64], title: str, ends: Profiles | None) -> Profiles:
    at = path.at
    sets = {"train": study.dataset.train, "test": study.dataset.test}
    if path.is_point:
        start = ends or score_path(study, at, ts[:1], sets, title)
        return {probe: profile.repeated(ts) for probe, profile in start.items()}
    if ends is None:
        return score_path(study, at, ts, sets, title)
    inner = score_path(study, at, ts[1:-1], sets, title)
    return {probe: profile.between_ends_of(ends[probe]) for probe, profile in inner.items()}
