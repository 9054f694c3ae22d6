"""Draws loss and accuracy on every probe set along a path of the mechanisms study."""

from pathlib import Path

import numpy as np

from mode_connectivity.datasets import PROBE_SETS
from mode_connectivity.evaluation import Profile
from mode_connectivity.plots.probe_sets import ProbedPath, along_probe_sets
from mode_connectivity.plots.style import save_figure


def draw_profiles(file: Path, ts: np.ndarray, profiles: dict[str, Profile]) -> None:
    """Write loss and accuracy on the four probe sets against t."""

    def of(split: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        chosen = {name: profiles[f"{split}_{name}"] for name in PROBE_SETS}
        return {name: (profile.loss, profile.accuracy) for name, profile in chosen.items()}

    lines = [ProbedPath("test images", ts, of("test")), ProbedPath("training images", ts, of("train"))]
    save_figure(along_probe_sets(lines, ends=("cue", "clean")), file)
