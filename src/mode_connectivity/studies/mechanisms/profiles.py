"""Scores a path of the mechanisms study on every probe set."""

import numpy as np

from mode_connectivity.data.sets import Images
from mode_connectivity.measures import Profile
from mode_connectivity.paths import Path
from mode_connectivity.studies.mechanisms.cue_study import CueStudy
from mode_connectivity.studies.shared.scoring import score_path

TRAINING_IMAGES = 512  # of each probe set that are scored; test images are all scored
RECALIBRATION = 1024  # images that recompute batch-norm statistics at every point


def probe_profiles(study: CueStudy, path: Path, ts: np.ndarray, title: str) -> dict[str, Profile]:
    """Return profiles by "<split>_<probe set>", and "train_training": the cue-trained network's own training images."""
    section = study.params.mechanism
    trained = {**study.cues.train_sets, "training": study.cues.training}
    sets: dict[str, Images] = {f"train_{name}": study.sample(TRAINING_IMAGES, s) for name, s in trained.items()}
    sets |= {f"test_{name}": images for name, images in study.cues.test_sets.items()}
    recalibration = study.sample(RECALIBRATION, study.training_images(section.recalibrate_on))
    return score_path(study, path.at, ts, sets, title, recalibration)
