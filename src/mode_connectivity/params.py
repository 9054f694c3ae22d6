"""The typed, frozen image of params.yaml. What does not fit is refused at load, in one line that names the key."""

import difflib
import json
import re
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

# control: no swap; early, mid, late: a swap in such a layer; mirror: all units reversed; random: all units at random;
# null: a swap of two units that are dead or nearly alike. swap.layers names more.
VARIANTS = ("control", "early", "mid", "late", "mirror", "random", "null")
NAME = re.compile(r"[a-z][a-z0-9_]*")


class ParamsError(ValueError):
    """A params file that cannot be used; the message names the key."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Compute(Section):
    device: Literal["auto", "cpu", "cuda"]
    precision: Literal["fp32", "bf16"]
    threads: int = Field(ge=1)


class Dataset(Section):
    source: Literal["digits", "cifar10", "cifar100", "fashion_mnist", "image_folder"]
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
    pairs: int = Field(ge=1)
    draw: Literal["random", "importance"]
    given: tuple[tuple[int, int], ...] | None
    seed: int = Field(ge=0)
    layers: dict[str, str]
    null_layer: str
    verify: Literal["full", "quick", "off"]

    @field_validator("verify", mode="before")
    @classmethod
    def _off_is_a_word(cls, value: object) -> object:
        return "off" if value is False else value  # YAML 1.1 reads a bare off as false

    @field_validator("layers")
    @classmethod
    def _names_fit_files(cls, layers: dict[str, str]) -> dict[str, str]:
        for name in layers:
            if not NAME.fullmatch(name) or name in {*VARIANTS, "reseed", "rematched"} - {"early", "mid", "late"}:
                raise ValueError(f"{name!r} cannot name a variant; take lower-case letters, digits and _")
        return layers


class Endpoint(Training):
    imported: str | None


class Curve(Training):
    regularisation: Literal["reg", "noreg"]


class Analysis(Section):
    points: int = Field(ge=3)
    metric: Literal["normalized_l2", "raw_l2", "relative"]
    fps: int = Field(ge=1)


class Evaluation(Section):
    recalibration: int = Field(ge=2)
    repair: bool


class Reseed(Section):
    seeds: tuple[int, ...]
    match: Literal["weights", "activations"]


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
    reseed: Reseed

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
        for seed in self.reseed.seeds:
            if seed not in self.seeds:
                raise ValueError(f"reseed.seeds: {seed} is not among the seeds")
        return self

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read and check a params file.

        Raises:
            ParamsError: missing or unreadable file, unknown or missing key, wrong type or value.
        """
        try:
            values = yaml.load(path.read_text(), Loader=_Yaml12Loader)
        except OSError as error:
            raise ParamsError(f"{path}: {error.strerror}; run from the root of the project") from error
        except yaml.YAMLError as error:
            raise ParamsError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
        try:
            return cls.model_validate_json(json.dumps(values, default=str))
        except ValidationError as error:
            raise ParamsError(f"{path}: {_explain(error.errors(), cls)}") from error


class _Yaml12Loader(yaml.SafeLoader):
    """Reads 1e-3 as a number, as DVC does; YAML 1.1 takes it for a string."""


_Yaml12Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def _explain(errors: list[ErrorDetails], params: type[Section]) -> str:
    first = min(errors, key=lambda error: error["type"] != "extra_forbidden")  # a misspelt key also shows as missing
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        section: Any = params
        for part in first["loc"][:-1]:
            section = section.model_fields[str(part)].annotation
        known = list(section.model_fields)
        near = difflib.get_close_matches(str(first["loc"][-1]), known, 1)
        text = f"{key}: unknown key; " + (f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}")
    elif first["type"] == "missing":
        text = f"{key}: missing"
    elif first["type"] == "value_error":
        text = f"{key}: " * bool(key) + first["msg"].removeprefix("Value error, ")
    else:
        text = f"{key}: {first['msg'][0].lower()}{first['msg'][1:]}, got {first['input']!r}"
    more = len(errors) - 1
    return text + (f" (and {more} more)" if more else "")
