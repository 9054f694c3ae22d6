"""Reads the histories of all trainings of a study: loss per epoch, by which one sees whether it has converged."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mode_connectivity import layout
from mode_connectivity.params import Params
from mode_connectivity.reports.page.rounding import shortened

LAST = 0.1  # the share of the epochs over which the fall of the loss is told


def trainings_of(params: Params) -> list[dict[str, Any]]:
    """Return one record a training: what was trained, its seed, and its loss (nats) after every epoch."""
    trainings = []
    for kind, name, seed, file in _histories(params):
        if not file.is_file():
            continue
        losses = [epoch["loss"] for epoch in json.loads(file.read_text()).get("epochs", []) if "loss" in epoch]
        if losses:
            trainings.append(
                {"kind": kind, "name": name, "seed": seed, "loss": shortened(losses), "fall": _fall(losses)}
            )
    return trainings


def _histories(params: Params) -> Iterator[tuple[str, str, int, Path]]:
    """Yield kind, name and seed of every training with the file that has its epochs."""
    seeds = params.cue_endpoint.seeds
    yield from (("endpoints", "endpoint", seed, layout.history(layout.endpoint(seed))) for seed in params.seeds)
    yield from (
        ("curves", variant, seed, layout.history(layout.curve(variant, seed))) for variant, seed in params.paths
    )
    for kind in ("cue", "clean"):
        yield from (("cue study", kind, seed, layout.history(layout.cue_endpoint(kind, seed))) for seed in seeds)
    for pattern in params.mechanism.patterns:
        yield from (
            ("cue study", pattern, seed, layout.mechanism(pattern, seed) / layout.PROBED_SUMMARY) for seed in seeds
        )
    for method in params.finetune.methods:
        yield from (("fine-tuning", method, seed, layout.history(layout.finetuned(method, seed))) for seed in seeds)


def _fall(losses: list[float]) -> float | None:
    """Return by which share of itself the loss fell over the last tenth of the epochs; None for one epoch."""
    if len(losses) < 2 or not losses[-1]:
        return None
    before = losses[-1 - max(1, round(LAST * len(losses)))]
    return round((before - losses[-1]) / before, 4) if before else None
