"""Compares two paths that were treated alike: that to a variant, and the control's."""

from typing import Any

import numpy as np

from mode_connectivity.evaluation import barrier
from mode_connectivity.geometry import control_corrected, displacement, end_distance, layer_products
from mode_connectivity.geometry import parts as symmetric_parts
from mode_connectivity.neuron_swap.regions import Region
from mode_connectivity.paths import Path
from mode_connectivity.study.scoring import score_path
from mode_connectivity.study.study import Study

VARIANT, CONTROL = "variant", "control"
Pair = dict[str, Path]  # VARIANT and CONTROL
Losses = dict[str, dict[str, dict[str, Any]]]


def losses(study: Study, paths: Pair, points: int, title: str) -> Losses:
    """Return role -> probe set -> losses (nats) and errors along the path, with their barriers and the highest loss."""
    ts, by_role = np.linspace(0, 1, points), {}
    for role, path in paths.items():
        sets = {"train": study.dataset.train, "test": study.dataset.test}
        profiles = score_path(study, path.at, ts, sets, f"{title} {role}")
        by_role[role] = {
            probe: {
                "loss": profile.loss.tolist(),
                "error": profile.error.tolist(),
                "highest_loss": float(profile.loss.max()),
                "loss_barrier": barrier(ts, profile.loss),
                "error_barrier": barrier(ts, profile.error),
            }
            for probe, profile in profiles.items()
        }
    return by_role


def excess(by_role: Losses) -> dict[str, float]:
    """Return probe set -> highest loss of the variant's path over that of the control's (nats)."""
    variant, control = by_role[VARIANT], by_role[CONTROL]
    return {probe: variant[probe]["highest_loss"] - control[probe]["highest_loss"] for probe in variant}


def highest_gap(by_role: Losses) -> dict[str, float]:
    """Return probe set -> highest difference of the two paths' losses at the same t (nats).

    It is at least 0, as their ends are one function. It shows a hill between low places, which the highest loss does
    not where that lies at the ends.
    """
    variant, control = by_role[VARIANT], by_role[CONTROL]
    return {probe: float(np.max(np.subtract(each["loss"], control[probe]["loss"]))) for probe, each in variant.items()}


def movement(region: Region, paths: Pair) -> dict[str, Any] | None:
    """Return |D| and the slices' share of its energy by role; None for a path of several bends.

    `corrected` is D - (C + P C)/2.

    `separation`: how far the point at t = 1/2 lies from its own image under the swap, |(D - P D)/2|, over |W_1 - W_0|:
    0 where the two units pass through each other, 1 on the circle round the point where they would coincide.
    """
    if any(len(path.controls) != 3 for path in paths.values()):
        return None
    fields = {role: {name: tensor.cpu() for name, tensor in displacement(path).items()} for role, path in paths.items()}
    _, odd = symmetric_parts(region.symmetry, region.permutation, fields[VARIANT])
    separation = np.sqrt(layer_products(odd, odd).sum()) / np.linalg.norm(end_distance(paths[VARIANT]))
    fields["corrected"] = control_corrected(region.symmetry, region.permutation, fields[VARIANT], fields[CONTROL])
    figures: dict[str, Any] = {"separation": float(separation)}
    for role, field in fields.items():
        energy, inside = (float(layer_products(field, field, mask).sum()) for mask in (None, region.slices))
        figures[role] = {"displacement": float(np.sqrt(energy)), "slice_share": inside / energy if energy > 0 else None}
    return figures
