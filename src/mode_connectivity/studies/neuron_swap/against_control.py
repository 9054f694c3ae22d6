"""Scores a path between its ends, and compares it with the path to the control."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mode_connectivity.data.sets import Images
from mode_connectivity.foundations.summation import length
from mode_connectivity.measures import (
    Profile,
    control_corrected,
    defined,
    displacement,
    end_distance,
    gap_of,
    layer_products,
)
from mode_connectivity.measures import parts as symmetric_parts
from mode_connectivity.paths import Path
from mode_connectivity.studies.neuron_swap.regions import Region
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


SWAP, CONTROL = "swap", "control"
Pair = dict[str, Path]  # SWAP and CONTROL


def movement(region: Region, paths: Pair) -> dict[str, Any] | None:
    """Return |D| and the slices' share of its energy by role; None for a path of several bends.

    `corrected` is D - (C + P C)/2.

    `separation`: how far the point at t = 1/2 lies from its own image under the swap, |(D - P D)/2|, over |W_1 - W_0|:
    0 where the two units pass through each other, 1 on the circle round the point where they would coincide.
    """
    if any(len(path.controls) != 3 for path in paths.values()):
        return None
    fields = {role: {name: tensor.cpu() for name, tensor in displacement(path).items()} for role, path in paths.items()}
    _, odd = symmetric_parts(region.symmetry, region.permutation, fields[SWAP])
    separation = np.sqrt(layer_products(odd, odd).sum()) / length(end_distance(paths[SWAP]))
    fields["corrected"] = control_corrected(region.symmetry, region.permutation, fields[SWAP], fields[CONTROL])
    figures: dict[str, Any] = {"separation": float(separation)}
    for role, field in fields.items():
        energy, inside = (float(layer_products(field, field, mask).sum()) for mask in (None, region.slices))
        figures[role] = {"displacement": float(np.sqrt(energy)), "slice_share": inside / energy if energy > 0 else None}
    return figures
