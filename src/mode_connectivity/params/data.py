"""Defines the sections of the data: where images come from, how they are augmented, and the cue."""

from typing import Literal, Self

from pydantic import Field, model_validator

from mode_connectivity.params.section import Section

Source = Literal["digits", "shapes", "cifar10", "cifar100", "fashion_mnist", "image_folder"]


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


class Augmentation(Section):
    crop_padding: int = Field(ge=0)
    flip: bool


class Cue(Section):
    kind: Literal["box", "dominoes"]
    proportion: float = Field(ge=0, le=1)
    held_out: float = Field(ge=0, lt=1)
    brightness: float = Field(ge=0, le=1)
    noise: float = Field(ge=0)
    second: Source
    second_root: str | None

    @model_validator(mode="after")
    def _folder_has_root(self) -> Self:
        if self.kind == "dominoes" and self.second == "image_folder" and not self.second_root:
            raise ValueError("image_folder needs cue.second_root, the folder that holds train/ and test/")
        return self
