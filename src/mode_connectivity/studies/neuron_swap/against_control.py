"""Compares two paths that were treated alike: that to a variant, and the control's."""

from typing import Any

import numpy as np

from mode_connectivity.foundations.summation import length
from mode_connectivity.measures import control_corrected, displacement, end_distance, layer_products
from mode_connectivity.measures import parts as symmetric_parts
from mode_connectivity.paths import Path
from mode_connectivity.studies.neuron_swap.regions import Region

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
