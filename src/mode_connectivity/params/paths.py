"""Defines the sections of the neuron-swap paths: their other ends, curves, restricted curves and planes."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from mode_connectivity.params.section import EACH_ONCE, Section
from mode_connectivity.params.training import Training
from mode_connectivity.params.variants import DEPTHS, NULL, VARIANTS

NAME = re.compile(r"[a-z][a-z0-9_]*")
PLANE = r"^([a-z][a-z0-9_]*-seed\d+|\d+-\d+-\d+)$"  # the path of a variant, or three endpoints
REGIONS = ("slices", "placebo_slices", "placebo_entries", "outside", "all", "affine", "layer", "neighbourhood")
REGION = re.compile("|".join([*REGIONS, r"(units|layer_entries|entries)_0\.0*[1-9]\d*"]))


def _name_of_number(value: object) -> object:
    """Return the name of a layer of `nn.Sequential`, which is a number, as text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Swap(Section):
    pairs: int | None = Field(ge=1)
    share: float = Field(gt=0, le=1)
    amounts: dict[str, Annotated[int, Field(ge=1)]]
    draw: Literal["random", "importance"]
    given: tuple[tuple[int, int], ...] | None
    seed: int = Field(ge=0)
    layers: dict[str, Annotated[str, BeforeValidator(_name_of_number)]]
    match: Literal["weights", "activations"]
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
            if not NAME.fullmatch(name) or name in {*VARIANTS} - {*DEPTHS, NULL}:
                raise ValueError(f"{name!r} cannot name a variant; take lower-case letters, digits and _")
        return layers


class Curve(Training):
    regularisation: Literal["reg", "noreg"]
    kind: Literal["bezier", "polygon"]
    bends: int = Field(ge=1)
    replicates: Annotated[tuple[Annotated[int, Field(ge=1)], ...], EACH_ONCE]


class Restricted(Section):
    kinds: Annotated[tuple[str, ...], EACH_ONCE] = Field(min_length=1)
    variants: tuple[str, ...]
    efforts: Annotated[tuple[Annotated[int, Field(ge=1)], ...], EACH_ONCE] = Field(min_length=1)
    epochs: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    start: Literal["curve", "antisymmetric"]
    points: int = Field(ge=1)
    images: int | None = Field(ge=1)

    @field_validator("kinds")
    @classmethod
    def _regions_exist(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        for name in kinds:
            if not REGION.fullmatch(name):
                known = f"{', '.join(REGIONS)}, and units_, layer_entries_, entries_ with a share, as in entries_0.01"
                raise ValueError(f"no region {name!r}; there are {known}")
        return kinds


class Plane(Section):
    of: Annotated[tuple[Annotated[str, Field(pattern=PLANE)], ...], EACH_ONCE]
    points: int = Field(ge=2)
