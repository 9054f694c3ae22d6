"""Describes one variant: its barriers, and where its bend moved; a value a seed, their mean, and an interval."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.geometry import pair_rank
from mode_connectivity.neuron_swap.correction import Correction
from mode_connectivity.neuron_swap.summary import Summary
from mode_connectivity.params import Params
from mode_connectivity.statistics import FEWEST, equivalence_p, ratio_of_sums, sign_flip_interval, sign_flip_p

Floats = NDArray[np.float64]
Figure = dict[str, Any]
# From `movement` of each analysis: plain displacements, from which nothing of the control's is subtracted.
PLAIN = (
    "displacement",
    "displacement_over_ends",
    "slice_share",
    "slice_parameter_share",
    "slice_over_ends",
    "outside_over_ends",
    "antisymmetric_share",
    "separation",
    "participation_layers",
    "participation_units",
    "decay_rate",
    "pair_rank",
    "fan_out",
    "rescaling_share",
    "highest_orbit_distance",
)

# Figures that need a control and a permutation that undoes itself; None where there is none.
BEYOND_CONTROL = (
    "control_over_plain",
    "cosine_with_control",
    "corrected_over_ends",
    "corrected_slices_over_ends",
    "corrected_outside_over_ends",
    "chance_over_ends",
    "corrected_pair_rank",
    "turned",
    "global_change",
    "shares",
)


def figure(values: list[float | None] | Floats) -> Figure | None:
    """Return a value a seed, their mean and the 95 % interval of the sign-flip test; None where a seed lacks one."""
    known = [float(value) for value in values if value is not None]
    if len(known) < len(values) or not known:
        return None
    numbers = np.array(known)
    interval = sign_flip_interval(numbers) if len(numbers) >= FEWEST else None
    return {"values": known, "mean": float(numbers.mean()), "interval": list(interval) if interval else None}


def loss_record(summaries: list[Summary]) -> dict[str, Figure | None]:
    """Return the barriers of the straight line and of the curve, and the loss at their ends (nats, training set)."""
    return {
        "line_barrier": figure([each.line["train"]["loss_barrier"] for each in summaries]),
        "curve_barrier": figure([each.curve["train"]["loss_barrier"] for each in summaries]),
        "end_loss": figure([max(each.line["train"]["loss_at_ends"]) for each in summaries]),
    }


def depth_record(summaries: list[Summary], corrections: list[Correction] | None, params: Params) -> dict[str, Any]:
    """Return where the bend moved: plain (`PLAIN`), per layer, and beyond the control."""
    movements = [each.movement for each in summaries]
    record: dict[str, Any] = dict.fromkeys(BEYOND_CONTROL)
    record |= {name: figure([each.get(name) for each in movements]) for name in PLAIN}
    ends = [sum(layer["end_distance"] ** 2 for layer in each.layers) for each in summaries]
    record["end_distance"] = figure(np.sqrt(ends))
    record["layers"] = {"plain": [[layer["bend_displacement"] ** 2 for layer in each.layers] for each in summaries]}
    if corrections:
        record |= _beyond_control(corrections, np.array(ends), summaries, params)
        record["layers"] |= _per_layer(corrections)
        record["shares"] = _shares(corrections)
    return record


def _beyond_control(
    corrections: list[Correction], ends: Floats, summaries: list[Summary], params: Params
) -> dict[str, Any]:
    def total(name: str) -> Floats:
        return np.array([getattr(each, name).sum() for each in corrections])

    outside = total("corrected") - total("corrected_slices")
    chance = np.array([np.nan if each.chance is None else each.chance.sum() for each in corrections])
    figures: dict[str, Any] = {
        "control_over_plain": figure([each.already for each in corrections]),
        "cosine_with_control": figure([each.cosine for each in corrections]),
        "corrected_over_ends": figure(_over(total("corrected"), ends)),
        "corrected_slices_over_ends": figure(_over(total("corrected_slices"), ends)),
        "corrected_outside_over_ends": figure(_over(outside, ends)),
        "chance_over_ends": figure(_over(chance, ends)),
        "corrected_pair_rank": figure([_rank(each) for each in zip(corrections, summaries, strict=True)]),
        "turned": [each.turned for each in corrections],
        "global_change": None,
    }
    changes = figures["corrected_outside_over_ends"]
    if changes and len(corrections) >= FEWEST and params.curve.replicates:
        values = np.array(changes["values"])
        figures["global_change"] = {
            "p_above_zero": float(sign_flip_p(values, 0, "greater")),
            "p_none": equivalence_p(values, params.locality.change_margin),
        }
    return figures


def _over(amounts: Floats, wholes: Floats) -> list[float | None]:
    """Return ratios; None where there is no amount or no whole."""
    known = ~np.isnan(amounts) & (wholes > 0)
    return [float(a / w) if k else None for a, w, k in zip(amounts, wholes, known, strict=True)]


def _rank(each: tuple[Correction, Summary]) -> float | None:
    corrected, summary = each
    pairs = summary.movement.get("pairs")
    return pair_rank(corrected.units, pairs) if corrected.units is not None and pairs else None


def _per_layer(corrections: list[Correction]) -> dict[str, Any]:
    """Return energies per seed and layer, and the interval of the corrected ones per layer."""
    names = ("raw", "control", "corrected", "corrected_slices")
    energies: dict[str, Any] = {name: [getattr(each, name).tolist() for each in corrections] for name in names}
    intervals = [figure(values) for values in np.array(energies["corrected"]).T]
    energies["corrected_interval"] = [each["interval"] for each in intervals if each is not None]
    energies["chance"] = [None if each.chance is None else each.chance.tolist() for each in corrections]
    return energies


def _shares(corrections: list[Correction]) -> dict[str, Any]:
    """Return the slices' share of the energy: a ratio of sums over seeds, with its error from `FEWEST` seeds on."""
    shares: dict[str, Any] = {}
    for name in ("raw", "control", "corrected"):
        slices, whole = (
            np.array([getattr(each, name + where).sum() for each in corrections]) for where in ("_slices", "")
        )
        ratio = ratio_of_sums(slices, whole)
        shares[name] = (
            None
            if ratio is None
            else {"value": ratio.value, "error": ratio.error if len(corrections) >= FEWEST else None}
        )
    return shares
