"""Draws the figures of the verdict: what mends the barrier, and what moved per layer."""

from pathlib import Path
from typing import Any

import numpy as np

from mode_connectivity import layout
from mode_connectivity.params.variants import NULL
from mode_connectivity.plots.barrier_by_pairs import barrier_by_pairs
from mode_connectivity.plots.convergence import convergence
from mode_connectivity.plots.dose import SERIES, Dose, dose_response
from mode_connectivity.plots.layer_movement import LayerMovement, layer_movements
from mode_connectivity.plots.recovery import Recovery, recovery
from mode_connectivity.plots.shares import Share, energy_shares
from mode_connectivity.plots.style import nothing_to_draw, save_figure
from mode_connectivity.reports.locality.answers import AFFINE
from mode_connectivity.reports.placebos import shown
from mode_connectivity.statistics.gaps import PLACEBO
from mode_connectivity.statistics.verdicts import PRIMARY

Record = dict[str, Any]
SHARES = {"raw": "D", "control": "control", "corrected": "beyond the control"}
UNTRAINED = ("repair",)


def draw_figures(folder: Path, record: Record) -> None:
    """Write the figures of `LOCALITY_FIGURES` from the verdict's record."""
    beyond = {name: each for name, each in record["variants"].items() if each["movement"]["shares"]}
    _draw_movements(folder, record, beyond)
    of_slices = {name: each for name, each in beyond.items() if each["swapped_layer"]}
    _draw_shares(folder, of_slices)
    draw_answer(folder, record)


def draw_answer(folder: Path, record: Record) -> None:
    """Write the figures of the barrier by pairs, of what mends it, of convergence, and of dose and response."""
    _draw_pairs(folder, record)
    _draw_recovery(folder, record["depths"], record["seeds"])
    _draw_convergence(folder, record["depths"], record["params"]["settled"])
    _draw_dose(folder, record["depths"])


def _draw_movements(folder: Path, record: Record, variants: dict[str, Record]) -> None:
    movements, titles = {}, record["titles"]
    for name, each in variants.items():
        energies = each["movement"]["layers"]
        raw, control, corrected = (np.array(energies[key]) for key in ("raw", "control", "corrected"))
        intervals = energies["corrected_interval"]
        interval = np.array(intervals) if intervals and None not in intervals else None
        movements[name] = LayerMovement(
            raw, control, corrected, interval, titles.get(each["swapped_layer"], each["swapped_layer"])
        )
    layers = [titles.get(layer, layer) for layer in record["layers"]]
    figure = layer_movements(layers, movements) if movements else nothing_to_draw("no swap beside a control")
    save_figure(figure, folder / layout.LAYER_MOVEMENT)


def _draw_shares(folder: Path, variants: dict[str, Record]) -> None:
    parameters, shares = {}, {}
    for name, each in variants.items():
        movement = each["movement"]
        if movement["slice_parameter_share"] is not None:
            parameters[name] = movement["slice_parameter_share"]["mean"]
            known = {what: movement["shares"][key] for key, what in SHARES.items() if movement["shares"][key]}
            shares[name] = {what: Share(ratio["value"], ratio["error"]) for what, ratio in known.items()}
    figure = energy_shares(parameters, shares) if parameters else nothing_to_draw("no swapped layer beside a control")
    save_figure(figure, folder / layout.ENERGY_SHARES)


def _draw_recovery(folder: Path, depths: dict[str, Record], seeds: list[int]) -> None:
    """Write the recoveries of all depths that were asked, baselines first; of several shares only in the dose."""
    by_depth, regions = {}, dict.fromkeys(UNTRAINED)
    for depth, each in depths.items():
        estimates = {name: each["baselines"][name] for name in UNTRAINED if each["baselines"][name]}
        trained = _recoveries(each)
        estimates |= {region: value for region, value in trained.items() if not _dose_of(region)}
        regions |= dict.fromkeys(estimates)
        if estimates or each["verdict"]:
            by_depth[depth] = {name: _recovery(value) for name, value in estimates.items()}
    figure = recovery(list(regions), by_depth, seeds, UNTRAINED) if by_depth else nothing_to_draw("no barrier to mend")
    save_figure(figure, folder / layout.RECOVERY)


def _draw_convergence(folder: Path, depths: dict[str, Record], settled: float) -> None:
    by_depth = gaps_by_epochs(depths)
    reason = "one number of epochs; restricted.efforts: [1, 2] shows whether gaps have converged"
    save_figure(convergence(by_depth, settled) if by_depth else nothing_to_draw(reason), folder / layout.CONVERGENCE)


def gaps_by_epochs(depths: dict[str, Record]) -> dict[str, dict[str, dict[int, float]]]:
    """Return depth -> region -> epochs -> share of the barrier left, where it is above the floor."""
    by_depth: dict[str, dict[str, dict[int, float]]] = {}
    for depth, each in depths.items():
        line = sum(each["line"][PRIMARY])
        for region, gaps in each["gaps"].items():
            if len(gaps["efforts"]) > 1 and _recoveries(each):
                by_epochs = {trained["epochs"]: sum(trained["gap"]) / line for trained in gaps["efforts"].values()}
                by_depth.setdefault(depth, {})[region] = by_epochs
    return by_depth


def _draw_pairs(folder: Path, record: Record) -> None:
    figure = (
        barrier_by_pairs(layers) if (layers := gaps_by_pairs(record)) else nothing_to_draw("no swap of single pairs")
    )
    save_figure(figure, folder / layout.BY_PAIRS)


def gaps_by_pairs(record: Record) -> dict[str, dict[int, tuple[list[float], list[float]]]]:
    """Return layer -> pairs -> gaps of each seed, plain and after REPAIR (nats), of all variants but the null swap."""
    layers: dict[str, dict[int, tuple[list[float], list[float]]]] = {}
    for variant, depth in record["depths"].items():
        swapped = record["variants"][variant]
        if swapped["swapped_layer"] and swapped["pairs"] and variant != NULL:
            title = record["titles"].get(swapped["swapped_layer"], swapped["swapped_layer"])
            layers.setdefault(title, {})[swapped["pairs"]] = depth["line"][PRIMARY], depth["repaired"] or []
    return layers


def _draw_dose(folder: Path, depths: dict[str, Record]) -> None:
    """Write recovery against the share of the weights that may move."""
    by_depth: dict[str, tuple[dict[str, list[Dose]], dict[str, Dose]]] = {}
    for depth, each in depths.items():
        series: dict[str, list[Dose]] = {}
        single: dict[str, Dose] = {}
        for region, estimate in _recoveries(each).items():
            if region in (PLACEBO, AFFINE) or estimate["value"] is None:
                continue  # a mean of two regions, and one that is small by another count than its weights
            dose = each["gaps"][region]["parameter_share"], estimate["value"]
            if name := _dose_of(region):
                series.setdefault(name, []).append(dose)
            else:
                single[region] = dose
        if series:
            by_depth[depth] = series, single
    reason = "no regions of a share; restricted.kinds: [entries_0.01, ...] trains some"
    save_figure(dose_response(by_depth) if by_depth else nothing_to_draw(reason), folder / layout.DOSE)


def _dose_of(region: str) -> str | None:
    """Return the series that a region of a share belongs to; None for other regions."""
    name, _, share = region.rpartition("_")
    return name if name in SERIES and share.startswith("0.") else None


def _recoveries(depth: Record) -> Record:
    recovered: Record = depth["verdict"]["measures"][PRIMARY]["recovery"] if depth["verdict"] else {}
    return {region: recovered[region] for region in shown(recovered)}


def _recovery(estimate: Record) -> Recovery:
    interval = estimate["interval"]
    return Recovery(estimate["seeds"], estimate["value"], tuple(interval) if interval else None)
