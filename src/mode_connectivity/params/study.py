"""Defines the root of params.yaml: all sections, and what must hold between them."""

import difflib
from pathlib import Path
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from mode_connectivity.params.data import Augmentation, Cue, Dataset
from mode_connectivity.params.finetuning import Finetune, MechanismReport
from mode_connectivity.params.loading import load
from mode_connectivity.params.measures import Analysis, Evaluation, Locality
from mode_connectivity.params.paths import Curve, Plane, Restricted, Swap
from mode_connectivity.params.section import Section
from mode_connectivity.params.training import Compute, CueEndpoint, Endpoint, Mechanism, Model
from mode_connectivity.params.variants import CONTROL, MIRROR, NULL, RANDOM, RESEEDS, VARIANTS

ONE_AMOUNT = (CONTROL, MIRROR, RANDOM, NULL, *RESEEDS)


class Params(Section):
    seeds: tuple[int, ...] = Field(min_length=1)
    variants: tuple[str, ...] = Field(min_length=1)
    compute: Compute
    dataset: Dataset
    model: Model
    augmentation: Augmentation
    endpoint: Endpoint
    swap: Swap
    curve: Curve
    analysis: Analysis
    evaluation: Evaluation
    locality: Locality
    plane: Plane
    restricted: Restricted
    cue: Cue
    cue_model: Model
    cue_endpoint: CueEndpoint
    mechanism: Mechanism
    finetune: Finetune
    mechanism_report: MechanismReport

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
        return self

    @property
    def moved_variants(self) -> tuple[str, ...]:
        """Return the variants whose other end is the same function elsewhere: all but control and other seeds."""
        return tuple(variant for variant in self.variants if variant not in (CONTROL, *RESEEDS))

    @property
    def paths(self) -> list[tuple[str, int]]:
        """Return the (variant, seed) of every path of the neuron-swap study."""
        return [(variant, seed) for variant in self.variants for seed in self.seeds]

    @property
    def regions(self) -> list[tuple[str, int]]:
        """Return the (kind, effort) of every region that is trained alone."""
        return [(kind, effort) for kind in self.restricted.kinds for effort in self.restricted.efforts]

    @model_validator(mode="after")
    def _planes_have_paths(self) -> Self:
        paths = [f"{variant}-seed{seed}" for variant, seed in self.paths if variant != CONTROL]  # whose ends differ
        for item in self.plane.of:
            seeds = item.split("-")
            three = len(seeds) == len(set(seeds)) == 3 and all(seed in map(str, self.seeds) for seed in seeds)
            if item not in paths and not three:
                raise ValueError(f"plane.of: {item} is neither the path of a variant that moves nor three of the seeds")
        return self

    @model_validator(mode="after")
    def _restrictions_have_swaps(self) -> Self:
        for variant in self.restricted.variants:
            if variant not in self.variants or variant in (CONTROL, MIRROR, RANDOM, *RESEEDS):
                raise ValueError(
                    f"restricted.variants: {variant} is none of the variants that swap units of one layer; "
                    "restricted.variants=[] turns these paths off"
                )
        return self

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read and check a params file.

        Raises:
            ParamsError: missing or unreadable file, unknown or missing key, wrong type or value.
        """
        return load(cls, path)
