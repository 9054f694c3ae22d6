"""Fits a path of which only a region moves, and measures its losses beside those of a control of the same region."""

from typing import Any

from mode_connectivity import layout
from mode_connectivity.foundations.atomic import write_json
from mode_connectivity.foundations.reading import read_json
from mode_connectivity.neuron_swap.against_control import CONTROL, SWAP, Pair, movement
from mode_connectivity.neuron_swap.interior import (
    gap_record,
    interior_ts,
    loss_at_ends,
    profile_between,
    profile_record,
    scored_images,
)
from mode_connectivity.neuron_swap.regions import region_of
from mode_connectivity.neuron_swap.restricted import RegionFit, own_params
from mode_connectivity.params import Params
from mode_connectivity.paths import Linear, Restricted
from mode_connectivity.paths.restrict import complement, share
from mode_connectivity.running.stage import run
from mode_connectivity.study.study import Study
from mode_connectivity.tracking.record import Record, flat

WHOLE = "all"  # the region whose record also holds the noise floor and the curve cut to a part
MEASURES = ("gap", "mean_gap", "height")


def main(params: Params, variant: str, seed: int, restrict: str, effort: int) -> None:
    study = Study.open(params)
    start, swapped = study.load(layout.endpoint(seed)), study.load(layout.swapped(variant, seed))
    region = region_of(study, start, variant, seed, restrict)
    item: dict[str, Any] = {"variant": variant, "seed": seed, "restrict": restrict, "effort": effort}
    facts = study.provenance("augmentation", made_from=[layout.endpoint(seed), layout.swapped(variant, seed)], **item)
    facts["params"] |= own_params(params, restrict, effort)
    fit = RegionFit.of(study, region, Linear(start, swapped), facts)
    paths: Pair = {SWAP: fit.path(start, swapped, SWAP), CONTROL: fit.path(start, start, CONTROL)}
    profiles = {role: profile_between(study, path.at, f"{restrict} {role}") for role, path in paths.items()}
    ends = loss_at_ends(study, start)
    result: dict[str, Any] = {
        "layer": region.layer,
        "pairs": region.pairs,
        "parameter_share": share(start, region.mask),
        "slice_parameter_share": share(start, region.slices),
        "images": len(scored_images(study)),
        "ts": interior_ts(study).tolist(),
        "losses": {role: {"train": profile_record(profile)} for role, profile in profiles.items()},
        "end_loss": ends,
        **gap_record(profiles[SWAP], profiles[CONTROL], ends),
        "movement": movement(region, paths),
    }
    if restrict == WHOLE:
        second = profile_between(study, fit.path(start, start, f"{CONTROL}-1", replicate=1).at, "second control")
        result["losses"]["second_control"] = {"train": profile_record(second)}
        result["floor"] = gap_record(second, profiles[CONTROL], ends)
        result["cut"] = _cut(study, paths, {"slices": region.slices, "outside": complement(start, region.slices)}, ends)
    write_json(layout.restricted(variant, seed, restrict, effort), {**facts, **result})


def _cut(study: Study, paths: Pair, parts: dict[str, Any], ends: float) -> dict[str, dict[str, float]]:
    """Return the measures of the whole curves without what training moved outside each part."""
    measures = {}
    for part, mask in parts.items():
        swap, control = (profile_between(study, Restricted(paths[r], mask).at, f"cut {part}") for r in (SWAP, CONTROL))
        measures[part] = gap_record(swap, control, ends)
    return measures


def record(params: Params, variant: str, seed: int, restrict: str, effort: int) -> Record:
    file = layout.restricted(variant, seed, restrict, effort)
    result = read_json(file)
    return Record(
        stage="restricted",
        item={"variant": variant, "seed": seed, "restrict": restrict, "effort": effort},
        params=flat(result["params"]) | {"data_sha256": result["data_sha256"], "layer": result["layer"]},
        metrics={name: result[name] for name in (*MEASURES, "end_loss", "parameter_share")},
        series={f"loss/{role}": probes["train"]["loss"] for role, probes in result["losses"].items()},
        files=[file],
    )


if __name__ == "__main__":
    run(main, record, "variant", "seed", "restrict", "effort")
