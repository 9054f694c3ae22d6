"""Writes the sections on the trained curves: how far each layer moves, how high the loss runs, what had converged."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mode_connectivity.foundations import layout
from mode_connectivity.params.variants import RESEEDS
from mode_connectivity.reports.blocks import Block, Cell, Items, Note, Number, Picture, Section, Table
from mode_connectivity.reports.neuron_swap.answer_sections import MILLI, pictures
from mode_connectivity.reports.neuron_swap.rows import Row
from mode_connectivity.reports.trainings import trainings_table

Record = Mapping[str, Any]
NO_CURVES = (
    "No curve was analysed in this study. The answer does not need one: it rests on straight lines and on paths of "
    "which a region was trained."
)
NO_EFFORTS = (
    "Gaps at other numbers of epochs are not known. `restricted.efforts=[1, 2]` trains every region again for twice "
    "the epochs."
)


def layers_section(verdict: Record, rows: list[Row], shown: set[str]) -> Section:
    """Return the section of how far each layer moves along the curves."""
    title = "How far each layer moves along the path"
    if not rows:
        return Section("layers", "Layers", title, [Note(NO_CURVES)])
    blocks: list[Block] = [
        Picture("Distance of every layer at the chosen t", MOVEMENT, layout.DISPLACEMENTS, "movement"),
        _paths_table(rows),
        f"{CAUSED} {CHANCE[verdict['replicates'] > 1]}",
        *pictures(shown, Picture("Displacement per layer, and beyond the control", BEYOND, layout.LAYER_MOVEMENT)),
    ]
    described = {name: each for name, each in verdict["variants"].items() if "movement" in each}
    tables = [_caused_table(described)] if described else []
    return Section("layers", "Layers", title, [*blocks, *tables])


MOVEMENT = (
    "A line is a path, dashed of later seeds. Rings mark the swapped layer, squares the layer that reads it. The "
    "correction is all that training did to a path that began straight; the control shows how much of it training does "
    "anyway."
)
CAUSED = (
    "Distances decide nothing: they say where training moved the bend, not which of the movements the low loss needs. "
    "D is the bend's displacement from the middle of the straight line, C that of the control. What the swap causes is "
    "X = D - (C + P C)/2, P the swap."
)
BEYOND = "In each layer the seeds stand from left to right."
CHANCE = {
    True: "Its energy is the mean inner product of different replicates: unbiased, and negative by chance where there "
    "is nothing.",
    False: "With one training of each curve its energy holds chance as well, and cannot be tested against zero; "
    "`curve.replicates` tells the two apart.",
}


def _paths_table(rows: list[Row]) -> Table:
    columns = ["other end", "seed", "swapped layer", "end loss (nats)", "line barrier (millinats)"]
    columns += ["curve barrier (millinats)", "|ends|", "|D|", "|D| of control", "layer's share of |D|²"]
    keys = ("end_distance", "displacement", "control_displacement", "share", "control_share", "parameter_share")
    cells: list[list[Cell]] = [
        [
            row["variant"],
            row["seed"],
            row["layer"],
            row["end_loss"],
            MILLI * row["line_barrier"],
            MILLI * row["curve_barrier"],
            *(row[key] for key in keys),
        ]
        for row in rows
    ]
    note = (
        "Losses are mean cross entropies on the training set, without augmentation. A barrier is the highest loss on "
        "the path minus the linear interpolation of the end losses. |ends| is the distance between the two ends: "
        "W_t - line(t) = 2t(1-t) D, so D is all that training did to the path."
    )
    return Table("Every path", [*columns, "same, control", "layer's share of parameters"], cells, note)


def _mean(each: Record | None, scale: float = 1) -> Cell:
    if not each:
        return None
    interval = [scale * end for end in each["interval"]] if each["interval"] else None
    return Number(scale * each["mean"], interval, form="%.4g")


def _caused_table(variants: Mapping[str, Record]) -> Table:
    keys = {
        "displacement_over_ends": "|D| / |W_1 - W_0|",
        "control_over_plain": "(C + P C)/2 has of D's energy",
        "corrected_slices_over_ends": "X's energy over |W_1 - W_0|²: slices",
        "corrected_outside_over_ends": "outside",
        "chance_over_ends": "chance",
        "separation": "units apart at t = 1/2",
        "corrected_pair_rank": "pair's rank",
        "slice_parameter_share": "slices hold of the parameters",
        "participation_layers": "layers that take part",
        "fan_out": "weights that read a unit",
    }
    losses = {"end_loss": "end loss (nats)", "line_barrier": "line (millinats)", "curve_barrier": "curve (millinats)"}
    rows: list[list[Cell]] = [
        [
            name,
            *(_mean(each["losses"][key], 1 if key == "end_loss" else MILLI) for key in losses),
            *(_mean(each["movement"][key]) for key in keys),
        ]
        for name, each in variants.items()
    ]
    note = (
        "Means over the seeds, with 95 % intervals of the exact sign-flip test from six seeds on. *Units apart* is "
        "|D - P D| / 2 over |W_1 - W_0|: 0 where the swapped units pass through each other, 1 where they are as far "
        "apart as at the ends. The rank is the share of all pairs of the layer that hold at least the swapped pair's "
        "energy of X. *Layers that take part* is the participation ratio of D's energy."
    )
    return Table(
        "Barriers, and what the swap causes in the weights", ["variant", *losses.values(), *keys.values()], rows, note
    )


def losses_section(rows: list[Row], scored: bool) -> Section:
    """Return the section of the loss along every path; `scored`: whether paths of a region were."""
    blocks: list[Block] = []
    if rows:
        blocks += [
            Items(findings(rows)),
            Picture("Barriers of lines and curves", "Points are seeds.", layout.BARRIERS),
        ]
    if rows or scored:
        blocks.append(Picture("Loss along every path", ALONG, layout.PATHS if rows else "", "losses"))
    else:
        blocks.append(Note("No path was scored here."))
    return Section("paths", "Losses", "Loss along every path", blocks)


ALONG = (
    "Curves are solid and straight lines dashed; of a trained region, the swap is solid and its control dashed, twice "
    "the epochs thinner. Later seeds are fainter."
)


def findings(rows: list[Row]) -> list[str]:
    """Return what the barriers show, in sentences."""
    accuracies = ", ".join(f"{100 * a:.2f} % (seed {s})" for s, a in {r["seed"]: r["accuracy"] for r in rows}.items())
    told = [f"Endpoints: test accuracy {accuracies}."]
    swaps = [row for row in rows if row["layer"]]
    if swaps:
        line = max(swaps, key=lambda row: row["line_barrier"])
        told.append(
            f"The highest barrier of a straight line to a swapped network is {line['line_barrier']:.2g} nats "
            f"({line['variant']}, seed {line['seed']}), {100 * line['line_barrier'] / line['end_loss']:.0f} % of the "
            "loss at its ends."
        )
    curve = max(rows, key=lambda row: row["curve_barrier"])
    told.append(
        f"The highest barrier of a curve is {curve['curve_barrier']:.2g} nats "
        f"({curve['variant']}, seed {curve['seed']})."
        if curve["curve_barrier"] > 0
        else "No curve has a barrier: none is anywhere higher than the line between its end losses."
    )
    ratios = [row["control_displacement"] / row["displacement"] for row in swaps if row["control_displacement"]]
    told.append(
        f"Without any swap the bend moves by {100 * min(ratios):.0f} to {100 * max(ratios):.0f} % of the distance that "
        "it moves with one. What lies within the control's movement is what training does anyway."
        if ratios
        else "There is no control, so nothing here separates what the swap causes from what training does anyway."
    )
    return told + _of_reseeds(rows)


def _of_reseeds(rows: list[Row]) -> list[str]:
    """Return what another seed as the other end shows, as it was trained and after matching; means over the seeds."""
    chosen = [[row for row in rows if row["variant"] == end] for end in RESEEDS]
    if not all(chosen):
        return []

    def means(key: str) -> list[float]:
        return [float(np.mean([row[key] for row in each])) for each in chosen]

    line, curve, ends, bend = (means(key) for key in ("line_barrier", "curve_barrier", "end_distance", "displacement"))
    matter = (
        f"{100 - 100 * line[1] / line[0]:.0f} % of the barrier between these seeds is a matter of which unit stands "
        "where; the rest is not, or was not found"
        if line[1] < line[0]
        else "matching did not lower the barrier between these seeds"
    )
    return [
        f"Another seed as the other end: the straight line rises by {line[0]:.2g} nats, after matching the units by "
        f"{line[1]:.2g}. The ends lie {ends[0]:.1f} and {ends[1]:.1f} apart, the curve's barrier is {curve[0]:.2g} and "
        f"{curve[1]:.2g}, its bend {bend[0]:.2f} and {bend[1]:.2f} from the middle of the line. So {matter}."
    ]


def convergence_section(verdict: Record, trainings: Sequence[Record], shown: set[str]) -> Section:
    """Return the section of gaps by epochs and of all training histories."""
    rows: list[list[Cell]] = [
        [depth, region, int(effort), each["epochs"], MILLI * sum(each["gap"]) / len(each["gap"])]
        for depth, answer in verdict["depths"].items()
        for region, gaps in answer["gaps"].items()
        for effort, each in gaps["efforts"].items()
    ]
    blocks: list[Block] = []
    if len({row[2] for row in rows}) > 1:
        picture = Picture("Gap of every trained region against its epochs", GAPS, layout.CONVERGENCE)
        blocks += pictures(shown, picture)
    else:
        blocks.append(Note(NO_EFFORTS))
    if rows:
        columns = ["depth", "region trained", "times the epochs", "epochs", "gap, mean over seeds (millinats)"]
        blocks.append(Table("Gap of a trained region to its control, by epochs", columns, rows))
    return Section(
        "convergence",
        "Convergence",
        "Had the trainings converged?",
        [*blocks, *trainings_table(trainings, "trainings")],
    )


GAPS = (
    "A point is a sum over the seeds; a line is dotted where the last step moves its region by as much as said "
    "beforehand, or more."
)
