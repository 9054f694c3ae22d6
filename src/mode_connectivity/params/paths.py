"""Defines the sections of the neuron-swap paths: their other ends, curves, restricted curves and planes."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from mode_connectivity.params.regions import checked_regions
from mode_connectivity.params.section import EACH_ONCE, Section
from mode_connectivity.params.training import Training
from mode_connectivity.params.variants import DEPTHS, RESEEDS, VARIANTS

NAME = re.compile(r"[a-z][a-z0-9_]*")


class Swap(Section):
    pairs: int | None = Field(ge=1)
    share: float = Field(gt=0, le=1)
    amounts: dict[str, Annotated[int, Field(ge=1)]]
    draw: Literal["random", "importance"]
    given: tuple[tuple[int, int], ...] | None
    seed: int = Field(ge=0)
    layers: dict[str, str]
    null_layer: str
    verify: Literal["full", "quick", "off"]

    @field_validator("given")
    @classmethod
    def _given_swaps(cls, given: tuple[tuple[int, int], ...] | None) -> tuple[tuple[int, int], ...] | None:
        if given is not None and not given:
            raise ValueError("an empty list swaps nothing; name pairs, or null to draw them")
        return given

    @field_validator("layers")
    @classmethod
    def _names_fit_files(cls, layers: dict[str, str]) -> dict[str, str]:
        for name in layers:
            if not NAME.fullmatch(name) or name in {*VARIANTS, *RESEEDS} - {*DEPTHS}:
                raise ValueError(f"{name!r} cannot name a variant; take lower-case letters, digits and _")
        return layers


class Reseed(Section):
    seeds: tuple[int, ...]
    match: Literal["weights", "activations"]


class Curve(Training):
    regularisation: Literal["reg", "noreg"]
    kind: Literal["bezier", "polygon"]
    bends: int = Field(ge=1)
    start: Literal["linear", "biased", "perturbed", "sphere"]
    alpha: float = Field(ge=0, le=1)
    noise: float = Field(ge=0)
    radius: float = Field(gt=0)
    equidistant: bool
    replicates: Annotated[tuple[Annotated[int, Field(ge=1)], ...], EACH_ONCE]

    @model_validator(mode="after")
    def _plane_holds_the_start(self) -> Self:
        if self.equidistant and (self.bends > 1 or self.start == "biased"):
            raise ValueError("equidistant holds one bend, and not one that starts nearer to one end")
        return self


class RegionRecipe(Section):
    epochs: int = Field(ge=1)
    learning_rate: float = Field(gt=0)


class Restricted(Section):
    kinds: Annotated[tuple[str, ...], EACH_ONCE]
    variants: tuple[str, ...]
    efforts: Annotated[tuple[Annotated[int, Field(ge=1)], ...], EACH_ONCE] = Field(min_length=1)
    epochs: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    recipes: dict[str, RegionRecipe]
    start: Literal["curve", "antisymmetric"]
    points: int = Field(ge=1)
    images: int | None = Field(ge=1)

    @model_validator(mode="after")
    def _regions_exist(self) -> Self:
        checked_regions([*self.kinds, *self.recipes])
        return self


class Plane(Section):
    variants: tuple[str, ...]
    seeds: tuple[int, ...]
    endpoints: tuple[Annotated[str, Field(pattern=r"^\d+-\d+-\d+$")], ...]
    points: int = Field(ge=2)
    margin: float = Field(ge=0)
