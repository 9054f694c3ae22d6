"""Scores paths at points between their ends, on training images that are not augmented."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mode_connectivity.data.sets import Images
from mode_connectivity.measures import Profile, defined, gap_of
from mode_connectivity.studies.shared.scoring import score_path
from mode_connectivity.studies.shared.study import Study

At = Callable[[float], Mapping[str, Tensor]]
ENDS = (0.0, 1.0)


def interior_ts(study: Study) -> NDArray[np.float64]:
    """Return `restricted.points` evenly spaced t strictly between 0 and 1."""
    return np.linspace(0, 1, study.params.restricted.points + 2)[1:-1]


def scored_images(study: Study) -> Images:
    """Return `restricted.images` training images, or all."""
    count = study.params.restricted.images
    return study.dataset.train if count is None else study.sample(count)


def profile_between(study: Study, at: At, title: str, ts: NDArray[np.float64] | None = None) -> Profile:
    """Return loss and accuracy of `at(t)` at the interior points, or at `ts`."""
    ts = interior_ts(study) if ts is None else ts
    return score_path(study, at, ts, {"train": scored_images(study)}, title)["train"]


def loss_at_ends(study: Study, start: Mapping[str, Tensor]) -> float:
    """Return the loss of the ends of a path; a swap keeps the function, so one of them is scored."""
    return float(profile_between(study, lambda _: start, "end", np.zeros(1)).loss[0])


def profile_record(profile: Profile) -> dict[str, list[float]]:
    """Return loss (nats) and accuracy at every point, ready for JSON."""
    return {"loss": profile.loss.tolist(), "accuracy": defined(profile.accuracy).tolist()}


def gap_record(profile: Profile, control: Profile, end_loss: float) -> dict[str, float]:
    """Return the three measures of a path beside its control, ready for JSON."""
    return vars(gap_of(profile.loss, control.loss, end_loss))
