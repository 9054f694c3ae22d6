"""Draws loss and accuracy on every probe set along a path of the mechanisms study."""

from pathlib import Path

import numpy as np

from mode_connectivity.datasets import PROBE_SETS
from mode_connectivity.evaluation import Profile
from mode_connectivity.mechanisms.cue_study import CueStudy
from mode_connectivity.plots.probe_sets import ProbedPath, along_probe_sets
from mode_connectivity.plots.style import save_png

NAMES = {
    "lmc": "straight line",
    "lmcp": "straight line, units matched",
    "qmc_cue": "quadratic, fitted on cue data",
    "qmc_clean": "quadratic, fitted on clean data",
}
DATA = {"cue": "the cue-trained network's training images", "clean": "those images without a cue"}


def draw_profiles(
    file: Path, study: CueStudy, pattern: str, seed: int, ts: np.ndarray, profiles: dict[str, Profile]
) -> None:
    """Write loss and accuracy on the four probe sets against t."""

    def of(split: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        chosen = {name: profiles[f"{split}_{name}"] for name in PROBE_SETS}
        return {name: (profile.loss, profile.accuracy) for name, profile in chosen.items()}

    section = study.params.mechanism
    lines = [ProbedPath("test images", ts, of("test")), ProbedPath("training images", ts, of("train"), dashed=True)]
    figure = along_probe_sets(
        lines,
        title=f"From the cue-trained network to its clean twin: {NAMES[pattern]} (seed {seed})",
        note=f"batch norm's statistics recomputed at every point on {section.recalibration} of "
        f"{DATA[section.recalibrate_on]}",
        ends=("cue", "clean"),
    )
    save_png(figure, file)
