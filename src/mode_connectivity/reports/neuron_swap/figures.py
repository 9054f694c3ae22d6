"""Draws the figures of a neuron-swap study; one that has nothing to show is left out of the report."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity.foundations import layout
from mode_connectivity.params.variants import CONTROL, NULL
from mode_connectivity.plots.against_control import losses_beside_control
from mode_connectivity.plots.barriers import barrier_by_pairs, barriers
from mode_connectivity.plots.convergence import convergence
from mode_connectivity.plots.displacements import displacements
from mode_connectivity.plots.dose import SERIES, Dose, dose_response
from mode_connectivity.plots.layer_movement import LayerMovement, layer_movements
from mode_connectivity.plots.recovery import Recovery, recovery
from mode_connectivity.plots.style import nothing_to_draw, save_figure
from mode_connectivity.reports.neuron_swap.answers import AFFINE, recoveries_of
from mode_connectivity.reports.neuron_swap.rows import Row
from mode_connectivity.reports.records import Records, arrays_of
from mode_connectivity.statistics.gaps import PLACEBO
from mode_connectivity.statistics.verdicts import PRIMARY

Record = dict[str, Any]
Gaps = tuple[list[float], list[float]]
UNTRAINED = ("repair",)
PROBES = ("train", "test")


def draw_figures(folder: Path, verdict: Record, rows: list[Row], records: Records, *, blank: bool) -> None:
    """Write every figure that has something to show; with `blank`, the others as a picture that says so."""
    for name, figure in _figures(verdict, rows, records).items():
        if figure or blank:
            save_figure(figure() if figure else nothing_to_draw(REASONS[name]), folder / name)


def shown(verdict: Record, rows: list[Row]) -> set[str]:
    """Return the names of the figures that have something to show."""
    return {name for name, figure in _figures(verdict, rows, Records({})).items() if figure}


REASONS = {
    layout.BARRIERS: "no path was analysed",
    layout.DISPLACEMENTS: "no path was analysed",
    layout.PATHS: "no path was analysed",
    layout.LAYER_MOVEMENT: "no swap beside a control",
    layout.BY_PAIRS: "no swap of single pairs",
    layout.RECOVERY: "no barrier to mend",
    layout.CONVERGENCE: "one number of epochs; restricted.efforts: [1, 2] shows whether gaps have converged",
    layout.DOSE: "no regions of a share; restricted.kinds: [entries_0.01, ...] trains some",
}


def _figures(verdict: Record, rows: list[Row], records: Records) -> dict[str, Callable[[], Figure] | None]:
    """Return name -> what draws the figure, or None where there is nothing to draw."""
    depths, titles = verdict["depths"], verdict["titles"]
    variants = tuple(dict.fromkeys(row["variant"] for row in rows))

    def of(key: str) -> dict[str, np.ndarray]:
        return {v: np.array([row[key] for row in rows if row["variant"] == v]) for v in variants}

    swapped = {row["variant"]: row["layer"] for row in rows}
    layers = [titles.get(layer, layer) for layer in verdict["layers"]]
    moved, doses = _movements(verdict), _doses(depths)
    pairs, mended, epochs = gaps_by_pairs(verdict), _recoveries(depths), gaps_by_epochs(depths)
    regions = list(dict.fromkeys([*UNTRAINED, *(region for each in mended.values() for region in each)]))
    return {
        layout.BARRIERS: (lambda: barriers(variants, of("line_barrier"), of("curve_barrier"))) if rows else None,
        layout.DISPLACEMENTS: (lambda: displacements(rows[0]["layers"], variants, of("per_layer"), swapped))
        if rows
        else None,
        layout.PATHS: (lambda: _paths(rows, records)) if rows else None,
        layout.LAYER_MOVEMENT: (lambda: layer_movements(layers, moved)) if moved else None,
        layout.BY_PAIRS: (lambda: barrier_by_pairs(pairs)) if pairs else None,
        layout.RECOVERY: (lambda: recovery(regions, mended, verdict["seeds"], UNTRAINED)) if mended else None,
        layout.CONVERGENCE: (lambda: convergence(epochs, verdict["params"]["settled"])) if epochs else None,
        layout.DOSE: (lambda: dose_response(doses)) if doses else None,
    }


def _paths(rows: list[Row], records: Records) -> Figure:
    """Draw the losses of line and curve to every variant, beside the control's curve of the same seeds."""
    seeds: dict[str, list[int]] = {}
    for row in rows:
        seeds.setdefault(row["variant"], []).append(row["seed"])
    kinds = {row["variant"]: row["kind"] for row in rows}

    def losses(variant: str, own: list[int], path: str) -> dict[str, NDArray[np.float64]]:
        arrays = [arrays_of(records.need("analysis", variant=variant, seed=seed)) for seed in own]
        return {probe: np.stack([each[f"{path}_{probe}_loss"] for each in arrays]) for probe in PROBES}

    drawn = {}
    for variant, own in seeds.items():
        if variant == CONTROL and len(seeds) > 1:
            continue
        drawn[variant] = {"line": losses(variant, own, "linear"), "curve": losses(variant, own, kinds[variant])}
        if set(own) <= set(seeds.get(CONTROL, ())):
            drawn[variant]["control's curve"] = losses(CONTROL, own, kinds[variant])
    first = records.need("analysis", variant=rows[0]["variant"], seed=rows[0]["seed"])
    return losses_beside_control(arrays_of(first)["scored_ts"], drawn)


def _movements(verdict: Record) -> dict[str, LayerMovement]:
    movements, titles = {}, verdict["titles"]
    for name, each in verdict["variants"].items():
        energies = each.get("movement", {}).get("layers")
        if not energies:
            continue
        raw, control, corrected = (np.array(energies[key]) for key in ("raw", "control", "corrected"))
        intervals = energies["corrected_interval"]
        interval = np.array(intervals) if intervals and None not in intervals else None
        layer = titles.get(each["swapped_layer"], each["swapped_layer"])
        movements[name] = LayerMovement(raw, control, corrected, interval, layer)
    return movements


def _recoveries(depths: Mapping[str, Record]) -> dict[str, dict[str, Recovery]]:
    """Return depth -> region -> recovery, baselines first; regions of a share stand in the dose alone."""
    mended = {}
    for depth, each in depths.items():
        estimates = {name: each["baselines"][name] for name in UNTRAINED if each["baselines"][name]}
        estimates |= {region: value for region, value in recoveries_of(each).items() if not _dose_of(region)}
        if estimates or each["verdict"]:
            mended[depth] = {name: _recovery(value) for name, value in estimates.items()}
    return mended


def gaps_by_epochs(depths: Mapping[str, Record]) -> dict[str, dict[str, dict[int, float]]]:
    """Return depth -> region -> epochs -> share of the barrier left, where it is above the floor."""
    by_depth: dict[str, dict[str, dict[int, float]]] = {}
    for depth, each in depths.items():
        line = sum(each["line"][PRIMARY])
        for region, gaps in each["gaps"].items():
            if len(gaps["efforts"]) > 1 and recoveries_of(each):
                by_epochs = {trained["epochs"]: sum(trained["gap"]) / line for trained in gaps["efforts"].values()}
                by_depth.setdefault(depth, {})[region] = by_epochs
    return by_depth


def gaps_by_pairs(verdict: Record) -> dict[str, dict[int, Gaps]]:
    """Return layer -> pairs -> gaps of each seed, plain and after REPAIR (nats), of all variants but the null swap."""
    layers: dict[str, dict[int, Gaps]] = {}
    for variant, depth in verdict["depths"].items():
        swapped = verdict["variants"][variant]
        if swapped["swapped_layer"] and swapped["pairs"] and variant != NULL:
            title = verdict["titles"].get(swapped["swapped_layer"], swapped["swapped_layer"])
            plain = depth["line"][PRIMARY]
            layers.setdefault(title, {})[swapped["pairs"]] = plain, depth["repaired"] or []
    return layers


def _doses(depths: Mapping[str, Record]) -> dict[str, tuple[dict[str, list[Dose]], dict[str, Dose]]]:
    """Return depth -> recovery against the share of the weights that may move: of series, and of single regions."""
    by_depth = {}
    for depth, each in depths.items():
        series: dict[str, list[Dose]] = {}
        single: dict[str, Dose] = {}
        for region, estimate in recoveries_of(each).items():
            if region in (PLACEBO, AFFINE) or estimate["value"] is None:
                continue  # a mean of two regions, and one that is small by another count than its weights
            dose = each["gaps"][region]["parameter_share"], estimate["value"]
            if name := _dose_of(region):
                series.setdefault(name, []).append(dose)
            else:
                single[region] = dose
        if series:
            by_depth[depth] = series, single
    return by_depth


def _dose_of(region: str) -> str | None:
    """Return the series that a region of a share belongs to; None for other regions."""
    name, _, share = region.rpartition("_")
    return name if name in SERIES and share.startswith("0.") else None


def _recovery(estimate: Record) -> Recovery:
    interval = estimate["interval"]
    return Recovery(estimate["seeds"], estimate["value"], tuple(interval) if interval else None)
