"""Describes one variant: its barriers, and where its bend moved; a value a seed, their mean, and an interval."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.statistics import FEWEST, sign_flip_interval
from mode_connectivity.studies.analysis.summary import Summary

Floats = NDArray[np.float64]
Figure = dict[str, Any]
ENERGIES = ("raw", "control", "corrected")
# From `movement` of each analysis: plain displacements, from which nothing of the control's is subtracted.
PLAIN = (
    "displacement",
    "displacement_over_ends",
    "slice_share",
    "slice_parameter_share",
    "separation",
    "participation_layers",
    "fan_out",
)


def figure(values: Sequence[float | None] | Floats) -> Figure | None:
    """Return a value a seed, their mean and the 95 % interval of the sign-flip test; None where a seed lacks one."""
    known = [float(value) for value in values if value is not None]
    if len(known) < len(values) or not known:
        return None
    numbers = np.array(known)
    interval = sign_flip_interval(numbers) if len(numbers) >= FEWEST else None
    return {"values": known, "mean": float(numbers.mean()), "interval": list(interval) if interval else None}


def loss_record(summaries: Sequence[Summary]) -> dict[str, Figure | None]:
    """Return the barriers of the straight line and of the curve, and the loss at their ends (nats, training set)."""
    return {
        "line_barrier": figure([each.line["train"]["loss_barrier"] for each in summaries]),
        "curve_barrier": figure([each.curve["train"]["loss_barrier"] for each in summaries]),
        "end_loss": figure([max(each.line["train"]["loss_at_ends"]) for each in summaries]),
    }


# Figures that need a control and a permutation that undoes itself; None where there is none.
BEYOND = (
    "control_over_plain",
    "corrected_over_ends",
    "corrected_slices_over_ends",
    "corrected_outside_over_ends",
    "chance_over_ends",
    "corrected_pair_rank",
)


def movement_record(summaries: Sequence[Summary], corrections: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return where the bend moved: plain (`PLAIN`), and beyond the control where all seeds have a correction."""
    record: dict[str, Any] = {name: figure([each.movement.get(name) for each in summaries]) for name in PLAIN}
    if len(corrections) < len(summaries):
        return record | dict.fromkeys((*BEYOND, "layers"))
    ends = [sum(layer["end_distance"] ** 2 for layer in each.layers) for each in summaries]

    def over_ends(energy: Callable[[Mapping[str, Any]], float | None]) -> Figure | None:
        amounts = zip(map(energy, corrections), ends, strict=True)
        return figure([amount / end if amount is not None and end > 0 else None for amount, end in amounts])

    return record | {
        "control_over_plain": figure([each["already"] for each in corrections]),
        "corrected_over_ends": over_ends(lambda each: sum(each["corrected"])),
        "corrected_slices_over_ends": over_ends(lambda each: sum(each["corrected_slices"])),
        "corrected_outside_over_ends": over_ends(lambda each: sum(each["corrected"]) - sum(each["corrected_slices"])),
        "chance_over_ends": over_ends(lambda each: None if each["chance"] is None else sum(each["chance"])),
        "corrected_pair_rank": figure([each["pair_rank"] for each in corrections]),
        "layers": _per_layer(corrections),
    }


def _per_layer(corrections: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return energies per seed and layer, and the interval of the corrected ones per layer."""
    energies: dict[str, Any] = {name: [each[name] for each in corrections] for name in ENERGIES}
    intervals = [figure(values) for values in np.array(energies["corrected"]).T]
    return energies | {"corrected_interval": [each["interval"] for each in intervals if each is not None]}
