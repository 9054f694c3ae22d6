"""Fits a path of which only a part may move, and compares its losses with those of a control restricted alike."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from mode_connectivity import layout
from mode_connectivity.foundations.atomic import write_json
from mode_connectivity.foundations.randomness import named_generator, named_seed
from mode_connectivity.geometry import antisymmetric_field
from mode_connectivity.neuron_swap.against_control import CONTROL, VARIANT, Pair, excess, highest_gap, losses, movement
from mode_connectivity.neuron_swap.bends import starting_bends
from mode_connectivity.neuron_swap.regions import Region, region_of
from mode_connectivity.params import Params
from mode_connectivity.paths import Linear, Path, Restricted, State
from mode_connectivity.paths.fitting import fit_bends
from mode_connectivity.paths.kinds import KINDS
from mode_connectivity.paths.restrict import Mask, share
from mode_connectivity.running.stage import run
from mode_connectivity.study.path_files import load_path
from mode_connectivity.study.recipes import recipe_of
from mode_connectivity.study.study import Study
from mode_connectivity.tracking.record import Record, flat
from mode_connectivity.training import Keeper

MEASURES = ("excess", "ablated_excess", "highest_gap", "ablated_highest_gap")


def main(params: Params, variant: str, seed: int, restrict: str) -> None:
    study = Study.open(params)
    start, swapped = study.load(layout.endpoint(seed)), study.load(layout.swapped(variant, seed))
    region = region_of(study, start, variant, seed, restrict)
    curves = {role: layout.curve(name, seed) for role, name in ((VARIANT, variant), (CONTROL, CONTROL))}
    ends = {VARIANT: swapped, CONTROL: start}
    whole = {role: load_path(study, start, curves[role], end) for role, end in ends.items()}
    # The curve itself, without what training moved outside the region.
    cut: Pair = {role: Restricted(path, region.mask) for role, path in whole.items()}
    section = params.restricted
    facts = study.provenance("curve", "evaluation", made_from=[*curves.values()], variant=variant, seed=seed)
    facts |= {"params": facts["params"] | {"restricted": section.model_dump(include={"start", "epochs", "points"})}}
    facts |= {"restrict": restrict, "layer": region.layer, "pairs": region.pairs, "placebo_pairs": region.placebo}
    trained = cut if _is_the_curve(params, restrict) else _trained(study, start, ends, region, facts)
    loss_curves = {"trained": losses(study, trained, section.points, restrict)}
    loss_curves["ablated"] = (
        loss_curves["trained"] if trained is cut else losses(study, cut, section.points, f"{restrict}, ablated")
    )
    result = {
        "parameter_share": share(start, region.mask),
        "slice_parameter_share": share(start, region.slices),
        "ts": np.linspace(0, 1, section.points).tolist(),
        "losses": loss_curves,
        "excess": excess(loss_curves["trained"]),
        "ablated_excess": excess(loss_curves["ablated"]),
        "highest_gap": highest_gap(loss_curves["trained"]),
        "ablated_highest_gap": highest_gap(loss_curves["ablated"]),
        "movement": movement(region, trained),
    }
    write_json(layout.restricted(variant, seed, restrict), {**facts, **result})


def _is_the_curve(params: Params, restrict: str) -> bool:
    """Return whether the path is the curve itself: all may move, from the curve's start and for its epochs."""
    return restrict == "all" and params.restricted.start == "curve" and params.restricted.epochs == 1


def _trained(study: Study, start: State, ends: dict[str, State], region: Region, facts: dict[str, Any]) -> Pair:
    """Return the paths of variant and control, with the draws of the curve stage and the same change of the start."""
    curve, seed, variant = study.params.curve, facts["seed"], facts["variant"]
    offset: State = {}
    if study.params.restricted.start == "antisymmetric":
        draws = named_generator(seed, "antisymmetric start")
        offset = antisymmetric_field(region.symmetry, region.permutation, Linear(start, ends[VARIANT]), draws)
    paths: Pair = {}
    for role, end in ends.items():
        bends = [_moved(bend, offset) for bend in starting_bends(curve, start, end, seed)]
        title = f"restricted-{variant}-seed{seed}-{facts['restrict']}-{role}"
        made_from = [layout.endpoint(seed), layout.swapped(variant, seed)]
        with study.keeping(title, facts, made_from) as keeper:
            paths[role] = _fitted(study, KINDS[curve.kind]([start, *bends, end]), region.mask, seed, keeper, title)
    return paths


def _moved(bend: State, offset: State) -> State:
    return {name: t + offset[name].to(t) if name in offset else t for name, t in bend.items()}


def _fitted(study: Study, path: Path, mask: Mask, seed: int, keeper: Keeper, title: str) -> Path:
    curve = study.params.curve
    recipe = recipe_of(curve)
    recipe = replace(recipe, epochs=max(1, round(recipe.epochs * study.params.restricted.epochs)))
    torch.manual_seed(named_seed(seed, "curve dropout"))
    bends, _ = fit_bends(
        study.model(),
        path,
        study.batches(curve.batch_size, seed, "curve"),
        recipe,
        study.precision,
        named_generator(seed, "curve t"),
        mask=mask,
        equidistant=curve.equidistant,
        keeper=keeper,
        title=title,
    )
    return Restricted(type(path)([path.controls[0], *bends, path.controls[-1]]), mask)


def record(params: Params, variant: str, seed: int, restrict: str) -> Record:
    file = layout.restricted(variant, seed, restrict)
    result = json.loads(file.read_text())
    series = {
        f"{kind}/{role}_{probe}_loss": each["loss"]
        for kind, roles in result["losses"].items()
        for role, probes in roles.items()
        for probe, each in probes.items()
    }
    return Record(
        stage="restricted",
        item={"variant": variant, "seed": seed, "restrict": restrict},
        params=flat(result["params"]) | {"data_sha256": result["data_sha256"], "layer": result["layer"]},
        metrics={f"{name}/{probe}": value for name in MEASURES for probe, value in result[name].items()}
        | {"parameter_share": result["parameter_share"]},
        series=series,
        files=[file],
    )


if __name__ == "__main__":
    run(main, record, "variant", "seed", "restrict")
