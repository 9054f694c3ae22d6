"""Collects the histories of all trainings of a study: loss per epoch, by which one sees whether it has converged."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mode_connectivity.reports.blocks import Block, Cell, Picture, Table
from mode_connectivity.reports.records import Records

LAST = 0.1  # the share of the epochs over which the fall of the loss is told
KINDS = {
    "endpoints": ("endpoints", ""),
    "curves": ("curves", "variant"),
    "cue_endpoints": ("cue study", "trained_on"),
    "mechanism": ("cue study", "pattern"),
    "finetuned": ("fine-tuning", "method"),
}


def trainings_of(records: Records) -> list[dict[str, Any]]:
    """Return one record a training: what it trained, its seed, its loss (nats) after every epoch, its last fall."""
    return list(_trainings(records))


def _trainings(records: Records) -> Iterator[dict[str, Any]]:
    for kind, (title, key) in KINDS.items():
        for each in records.all(kind):
            losses = [epoch["loss"] for epoch in each.get("epochs", []) if "loss" in epoch]
            if losses:
                name = each[key] if key else "endpoint"
                yield {"kind": title, "name": name, "seed": each["seed"], "loss": losses, "fall": _fall(losses)}


def _fall(losses: Sequence[float]) -> float | None:
    """Return by which share of itself the loss fell over the last tenth of the epochs; None for one epoch."""
    if len(losses) < 2 or not losses[-1]:
        return None
    before = losses[-1 - max(1, round(LAST * len(losses)))]
    return (before - losses[-1]) / before if before else None


def trainings_table(trainings: Sequence[Mapping[str, Any]], name: str) -> list[Block]:
    """Return the figure `name` and the table of all trainings; nothing where there are none."""
    rows: list[list[Cell]] = [
        [
            each["kind"],
            each["name"],
            each["seed"],
            len(each["loss"]),
            each["loss"][-1],
            None if each["fall"] is None else 100 * each["fall"],
        ]
        for each in trainings
    ]
    columns = ["training", "of", "seed", "epochs", "last loss (nats)", "fell over the last tenth (%)"]
    caption = (
        "Training loss by the share of the epochs done. A line that still falls at its end belongs to a network or a "
        "path that had not converged."
    )
    return (
        [
            Picture("Training loss after every epoch", caption, name=name),
            Table("Every training; a loss that still falls has not converged", columns, rows),
        ]
        if rows
        else []
    )
