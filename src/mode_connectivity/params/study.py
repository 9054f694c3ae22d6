"""Defines the root of params.yaml: all sections, and what must hold between them."""

import difflib
import itertools
from pathlib import Path
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from mode_connectivity.params import finetuning, sections
from mode_connectivity.params.loading import load
from mode_connectivity.params.section import Section
from mode_connectivity.params.variants import CONTROL, MIRROR, NULL, RANDOM, RESEEDS, VARIANTS

ONE_AMOUNT = (CONTROL, MIRROR, RANDOM, NULL)


class Params(Section):
    seeds: tuple[int, ...] = Field(min_length=1)
    variants: tuple[str, ...] = Field(min_length=1)
    compute: sections.Compute
    dataset: sections.Dataset
    model: sections.Model
    augmentation: sections.Augmentation
    endpoint: sections.Endpoint
    swap: sections.Swap
    curve: sections.Curve
    analysis: sections.Analysis
    evaluation: sections.Evaluation
    reseed: sections.Reseed
    locality: sections.Locality
    plane: sections.Plane
    restricted: sections.Restricted
    cue: sections.Cue
    cue_model: sections.Model
    cue_endpoint: sections.CueEndpoint
    mechanism: sections.Mechanism
    finetune: finetuning.Finetune
    mechanism_report: finetuning.MechanismReport

    @field_validator("seeds", "variants")
    @classmethod
    def _each_once(cls, items: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(set(items)) < len(items):
            raise ValueError("an item stands twice")
        if any(isinstance(item, int) and item < 0 for item in items):
            raise ValueError("seeds are not negative")
        return items

    @model_validator(mode="after")
    def _variants_are_known(self) -> Self:
        known = list(dict.fromkeys([*VARIANTS, *self.swap.layers]))
        for variant in self.variants:
            if variant not in known:
                near = difflib.get_close_matches(variant, known, 1)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
                raise ValueError(f"variants: unknown variant {variant!r}; {hint} (swap.layers can name more)")
        for variant in self.swap.amounts:
            if variant not in known or variant in ONE_AMOUNT:
                raise ValueError(f"swap.amounts: {variant!r} is no variant that swaps pairs of its own number")
        for seed in self.reseed.seeds:
            if seed not in self.seeds:
                raise ValueError(f"reseed.seeds: {seed} is not among the seeds")
        return self

    @property
    def moved_variants(self) -> tuple[str, ...]:
        """Return the variants whose other end lies elsewhere: all but the control."""
        return tuple(variant for variant in self.variants if variant != CONTROL)

    @property
    def paths(self) -> list[tuple[str, int]]:
        """Return the (variant, seed) of every path of the neuron-swap study."""
        items = [(variant, seed) for variant in self.variants for seed in self.seeds]
        return items + [(end, seed) for end in RESEEDS for seed in self.reseed.seeds]

    @model_validator(mode="after")
    def _planes_have_paths(self) -> Self:
        for variant, seed in itertools.product(self.plane.variants, self.plane.seeds):
            if variant == CONTROL:
                raise ValueError("plane.variants: control has no plane, its two ends are one point")
            if (variant, seed) not in self.paths:
                raise ValueError(f"plane: there is no path {variant} of seed {seed}")
        for ends in self.plane.endpoints:
            seeds = {int(seed) for seed in ends.split("-")}
            if len(seeds) < 3 or not seeds <= set(self.seeds):
                raise ValueError(f"plane.endpoints: {ends} does not name three of the seeds")
        return self

    @model_validator(mode="after")
    def _restrictions_have_swaps(self) -> Self:
        for variant in self.restricted.variants if self.restricted.kinds else ():
            if variant not in self.variants or variant in (CONTROL, MIRROR, RANDOM):
                raise ValueError(
                    f"restricted.variants: {variant} is none of the variants that swap units of one layer; "
                    "restricted.kinds=[] turns these paths off"
                )
        return self

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read and check a params file.

        Raises:
            ParamsError: missing or unreadable file, unknown or missing key, wrong type or value.
        """
        return load(cls, path)
