"""Reads the losses on paths of which a region was trained, and what the straight line shows without training."""

import json
from pathlib import Path
from typing import Any

from mode_connectivity import layout
from mode_connectivity.params import Params
from mode_connectivity.reports.page.rounding import short, shortened


def restricted_of(params: Params) -> list[dict[str, Any]]:
    """Return one record a region, effort, variant and seed: losses of swap and control at interior t (nats)."""
    if not params.restricted.variants:
        return []
    items = [
        (layout.restricted(variant, seed, kind, effort), variant, seed, kind, effort)
        for variant in params.restricted.variants
        for kind in params.restricted.kinds
        for effort in params.restricted.efforts
        for seed in params.seeds
    ]
    return [_restricted(*item) for item in items if item[0].is_file()]


def _restricted(file: Path, variant: str, seed: int, kind: str, effort: int) -> dict[str, Any]:
    record = json.loads(file.read_text())
    losses = {role: shortened(each["train"]["loss"]) for role, each in record["losses"].items()}
    measures = {name: short(record[name]) for name in ("gap", "mean_gap", "height", "end_loss", "parameter_share")}
    place = {"variant": variant, "seed": seed, "region": kind, "effort": effort}
    return {**place, "ts": shortened(record["ts"]), "losses": losses, **measures}


def baselines_of(params: Params, titles: dict[str, str]) -> list[dict[str, Any]]:
    """Return one record a variant and seed: gaps of line and REPAIR, barriers layer by layer, linearity of features."""
    items = [(variant, seed) for variant in params.moved_variants for seed in params.seeds]
    return [_baselines(variant, seed, titles) for variant, seed in items if layout.baselines(variant, seed).is_file()]


def _baselines(variant: str, seed: int, titles: dict[str, str]) -> dict[str, Any]:
    record = json.loads(layout.baselines(variant, seed).read_text())
    walked, linearity, repair = record["layerwise"], record["linearity"], record.get("repair")
    return {
        "variant": variant,
        "seed": seed,
        "ts": shortened(record["ts"]),
        "line": {"loss": shortened(record["line"]["loss"]), "gap": short(record["line"]["gap"])},
        "repair": repair and {"loss": shortened(repair["loss"]), "gap": short(repair["gap"])},
        "layers": [titles.get(layer, layer) for layer in walked["layers"]],
        "one": shortened(walked["one"]),
        "cumulative": shortened(walked["cumulative"]),
        "features": [titles.get(layer, layer) for layer in linearity["layers"]],
        "lowest_cosine": shortened(min(at_t) for at_t in zip(*linearity["cosine"], strict=True)),
    }
