"""Fits paths of which only a region moves, to a variant and to the control, with the same draws."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import torch

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.randomness import named_generator, named_seed
from mode_connectivity.measures import antisymmetric_field
from mode_connectivity.params import Params
from mode_connectivity.paths import Linear, Path, Restricted, State, linear_bends
from mode_connectivity.paths.affine import affine_projection
from mode_connectivity.paths.fitting import fit_bends
from mode_connectivity.paths.kinds import KINDS
from mode_connectivity.paths.restrict import complement, share
from mode_connectivity.studies.neuron_swap.against_control import (
    CONTROL,
    SWAP,
    Pair,
    gap_record,
    interior_ts,
    loss_at_ends,
    movement,
    profile_between,
    profile_record,
    scored_images,
)
from mode_connectivity.studies.neuron_swap.regions import Region, region_of
from mode_connectivity.studies.shared.recipes import recipe_of
from mode_connectivity.studies.shared.study import Study
from mode_connectivity.training import Recipe

AFFINE = "affine"
WHOLE = "all"  # the region whose record also holds the noise floor and the curve cut to a part


def restricted_recipe(params: Params, effort: int) -> Recipe:
    """Return how the paths of a region are trained: as a curve, but for the epochs (times `effort`) and the rate."""
    own = params.restricted
    return replace(recipe_of(params.curve), epochs=own.epochs * effort, learning_rate=own.learning_rate)


def own_params(params: Params, effort: int) -> dict[str, Any]:
    """Return the params on which the paths of a region depend, beside those of what they are made from."""
    curve = params.curve.model_dump(mode="json", exclude={"epochs", "learning_rate", "replicates"})
    section = params.restricted.model_dump(mode="json", include={"start", "points", "images"})
    return {"curve": curve, "restricted": section | {"recipe": asdict(restricted_recipe(params, effort))}}


@dataclass(frozen=True)
class RegionFit:
    """Fits paths in one region; `facts` say of which study, and name the variant, the seed, the region and the effort.

    `offset` is added to every bend before training, of swap and control alike.
    """

    study: Study
    region: Region
    recipe: Recipe
    facts: dict[str, Any]
    offset: State

    @classmethod
    def of(cls, study: Study, region: Region, chord: Linear, facts: dict[str, Any]) -> "RegionFit":
        """Return the fit that the params describe, around the straight line `chord` to the variant."""
        recipe, offset = restricted_recipe(study.params, facts["effort"]), State()
        if study.params.restricted.start == "antisymmetric":
            draws = named_generator(facts["seed"], "antisymmetric start")
            offset = antisymmetric_field(region.symmetry, region.permutation, chord, draws)
        return cls(study, region, recipe, facts, offset)

    def path(self, start: State, end: State, role: str, replicate: int = 0) -> Path:
        """Return the trained path from `start` to `end`.

        Paths of one replicate share every draw: order, augmentation, dropout and t.
        """
        study, seed, curve = self.study, self.facts["seed"], self.study.params.curve
        purpose = f"curve replicate {replicate}" if replicate else "curve"
        kind = KINDS[curve.kind]
        title = "-".join(str(self.facts[key]) for key in ("variant", "seed", "restrict", "effort"))
        made_from = [layout.endpoint(seed), layout.swapped(self.facts["variant"], seed)]
        moves = study.moving(start)
        torch.manual_seed(named_seed(seed, f"{purpose} dropout"))
        with study.keeping(f"restricted-{title}-{role}", self.facts, made_from) as keeper:
            bends, _ = fit_bends(
                study.model(),
                kind([start, *(self._moved(bend) for bend in linear_bends(start, end, curve.bends)), end]),
                study.batches(self.recipe.batch_size, seed, purpose),
                self.recipe,
                study.precision,
                named_generator(seed, f"{purpose} t"),
                mask=self.region.mask,
                project=affine_projection(moves, end) if self.region.name == AFFINE else None,
                keeper=keeper,
                title=f"{title} {role}",
            )
        return Restricted(kind([start, *bends, end]).counting(moves), self.region.mask)

    def _moved(self, bend: State) -> State:
        offset = self.offset
        return {name: t + offset[name].to(t) if name in offset else t for name, t in bend.items()}


def region_record(study: Study, facts: dict[str, Any], start: State, swapped: State) -> dict[str, Any]:
    """Return how high the loss runs on paths of which one region was trained, to the swap and to the control.

    `facts` hold the provenance and name the variant, the seed, the region ("restrict") and the effort.
    """
    name, effort = facts["restrict"], facts["effort"]
    facts = facts | {"params": facts["params"] | own_params(study.params, effort)}
    region = region_of(study, start, facts["variant"], facts["seed"], name)
    moves = study.moving(start)
    chord = Linear(start, swapped, parameters=moves)
    fit = RegionFit.of(study, region, chord, facts)
    paths: Pair = {SWAP: fit.path(start, swapped, SWAP), CONTROL: fit.path(start, start, CONTROL)}
    profiles = {role: profile_between(study, path.at, f"{name} {role}") for role, path in paths.items()}
    ends = loss_at_ends(study, start)
    result: dict[str, Any] = {
        "layer": region.layer,
        "pairs": region.pairs,
        "parameter_share": share(moves, region.mask),
        "slice_parameter_share": share(moves, region.slices),
        "images": len(scored_images(study)),
        "ts": interior_ts(study).tolist(),
        "losses": {role: {"train": profile_record(profile)} for role, profile in profiles.items()},
        "end_loss": ends,
        **gap_record(profiles[SWAP], profiles[CONTROL], ends),
        "movement": movement(region, paths),
    }
    if name == WHOLE:
        second = profile_between(study, fit.path(start, start, f"{CONTROL}-1", replicate=1).at, "second control")
        result["losses"]["second_control"] = {"train": profile_record(second)}
        result["floor"] = gap_record(second, profiles[CONTROL], ends)
        result["cut"] = _cut(study, paths, {"slices": region.slices, "outside": complement(moves, region.slices)}, ends)
    return {**facts, **result}


def _cut(study: Study, paths: Pair, parts: dict[str, Any], ends: float) -> dict[str, dict[str, float]]:
    """Return the measures of the whole curves without what training moved outside each part."""
    measures = {}
    for part, mask in parts.items():
        swap, control = (profile_between(study, Restricted(paths[r], mask).at, f"cut {part}") for r in (SWAP, CONTROL))
        measures[part] = gap_record(swap, control, ends)
    return measures
