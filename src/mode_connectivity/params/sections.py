"""Defines the sections of params.yaml, one class each."""

import re
from string import Formatter
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from mode_connectivity.params.regions import checked_regions
from mode_connectivity.params.variants import DEPTHS, RESEEDS, VARIANTS

Source = Literal["digits", "shapes", "cifar10", "cifar100", "fashion_mnist", "image_folder"]
Pattern = Literal["lmc", "lmcp", "qmc_cue", "qmc_clean"]
NAME = re.compile(r"[a-z][a-z0-9_]*")


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def _template(value: str | None) -> str | None:
    """Return the template of a path as it is; ValueError where it asks for more than the seed."""
    try:
        fields = (
            [] if value is None else [(name, spec) for _, name, spec, _ in Formatter().parse(value) if name is not None]
        )
    except ValueError as error:
        raise ValueError(f"not the template of a path ({error}); write path/to/seed{{seed}}.pt") from error
    for name, spec in fields:
        if name != "seed" or not re.fullmatch(r"(0?\d)?d?", spec or ""):
            raise ValueError(f"{{{name}}} is not filled in; write path/to/seed{{seed}}.pt")
    return value


Template = Annotated[str | None, AfterValidator(_template)]


class Compute(Section):
    device: Literal["auto", "cpu", "cuda"]
    precision: Literal["fp32", "tf32", "bf16"]
    threads: int = Field(ge=1)


class Dataset(Section):
    source: Source
    root: str | None
    image_size: int = Field(ge=32)
    train_size: int | None = Field(ge=1)
    test_size: int | None = Field(ge=1)
    noise: float = Field(ge=0)
    seed: int = Field(ge=0)

    @model_validator(mode="after")
    def _folder_has_root(self) -> Self:
        if self.source == "image_folder" and not self.root:
            raise ValueError("image_folder needs dataset.root, the folder that holds train/ and test/")
        return self


class Model(Section):
    name: str
    width: float = Field(gt=0)
    batch_norm: bool
    dropout: float = Field(ge=0, lt=1)


class Augmentation(Section):
    crop_padding: int = Field(ge=0)
    flip: bool


class Training(Section):
    epochs: int = Field(ge=1)
    batch_size: int = Field(ge=2)
    learning_rate: float = Field(gt=0)
    momentum: float = Field(ge=0, lt=1)
    weight_decay: float = Field(ge=0)
    schedule: Literal["one_cycle", "garipov", "cosine", "constant"]
    clip_norm: float | None = Field(gt=0)


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


class Endpoint(Training):
    imported: Template


class Curve(Training):
    regularisation: Literal["reg", "noreg"]
    kind: Literal["bezier", "polygon"]
    bends: int = Field(ge=1)
    start: Literal["linear", "biased", "perturbed", "sphere"]
    alpha: float = Field(ge=0, le=1)
    noise: float = Field(ge=0)
    radius: float = Field(gt=0)
    equidistant: bool
    replicates: tuple[Annotated[int, Field(ge=1)], ...]

    @field_validator("replicates")
    @classmethod
    def _each_once(cls, replicates: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(replicates)) < len(replicates):
            raise ValueError("an item stands twice")
        return replicates

    @model_validator(mode="after")
    def _plane_holds_the_start(self) -> Self:
        if self.equidistant and (self.bends > 1 or self.start == "biased"):
            raise ValueError("equidistant holds one bend, and not one that starts nearer to one end")
        return self


Metric = Literal["normalized_l2", "raw_l2", "relative", "norm_difference", "correction"]


class Analysis(Section):
    points: int = Field(ge=3)
    scored_points: int = Field(ge=3)
    metric: tuple[Metric, ...] = Field(min_length=1)
    fps: int = Field(ge=1)

    @field_validator("metric", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


class Evaluation(Section):
    recalibration: int = Field(ge=2)
    repair: bool


class Plane(Section):
    variants: tuple[str, ...]
    seeds: tuple[int, ...]
    endpoints: tuple[Annotated[str, Field(pattern=r"^\d+-\d+-\d+$")], ...]
    points: int = Field(ge=2)
    margin: float = Field(ge=0)


class RegionRecipe(Section):
    epochs: int = Field(ge=1)
    learning_rate: float = Field(gt=0)


class Restricted(Section):
    kinds: tuple[str, ...]
    variants: tuple[str, ...]
    efforts: tuple[Annotated[int, Field(ge=1)], ...] = Field(min_length=1)
    epochs: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    recipes: dict[str, RegionRecipe]
    start: Literal["curve", "antisymmetric"]
    points: int = Field(ge=1)
    images: int | None = Field(ge=1)

    @field_validator("kinds", "efforts")
    @classmethod
    def _each_once(cls, items: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(set(items)) < len(items):
            raise ValueError("an item stands twice")
        return items

    @model_validator(mode="after")
    def _regions_exist(self) -> Self:
        checked_regions([*self.kinds, *self.recipes])
        return self


class Reseed(Section):
    seeds: tuple[int, ...]
    match: Literal["weights", "activations"]


class Locality(Section):
    margin: float = Field(gt=0, lt=1)
    level: float = Field(ge=0.5, lt=1)
    family: tuple[Literal["locality", "necessity"], ...]
    settled: float = Field(gt=0, lt=1)
    change_margin: float = Field(gt=0)

    @field_validator("family")
    @classmethod
    def _locality_is_tested(cls, family: tuple[str, ...]) -> tuple[str, ...]:
        if "locality" not in family or len(set(family)) < len(family):
            raise ValueError("it holds locality once, and may hold necessity")
        return family


class Cue(Section):
    kind: Literal["box", "dominoes"]
    proportion: float = Field(ge=0, le=1)
    held_out: float = Field(ge=0, lt=1)
    brightness: float = Field(ge=0, le=1)
    noise: float = Field(ge=0)
    second: Source
    second_root: str | None
    seed: int = Field(ge=0)

    @model_validator(mode="after")
    def _folder_has_root(self) -> Self:
        if self.kind == "dominoes" and self.second == "image_folder" and not self.second_root:
            raise ValueError("image_folder needs cue.second_root, the folder that holds train/ and test/")
        return self


class CueEndpoint(Training):
    seeds: tuple[Annotated[int, Field(ge=0)], ...]
    initialisation: Literal["shared", "own"]
    pretrained: Template

    @field_validator("seeds")
    @classmethod
    def _each_once(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(seeds)) < len(seeds):
            raise ValueError("an item stands twice")
        return seeds


class Mechanism(Training):
    patterns: tuple[Pattern, ...]
    n_interpolations: int = Field(ge=2)
    recalibrate_on: Literal["cue", "clean"]
    recalibration: int = Field(ge=2)
    matching: int = Field(ge=2)
    train_images: int = Field(ge=1)
