"""Defines the sections of what is measured along a path, and of the rule of the verdict."""

from typing import Literal

from pydantic import Field, field_validator

from mode_connectivity.params.section import Section

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


class Locality(Section):
    margin: float = Field(gt=0, lt=1)
    level: float = Field(ge=0.5, lt=1)
    family: tuple[Literal["locality", "necessity"], ...]
    settled: float = Field(gt=0, lt=1)

    @field_validator("family")
    @classmethod
    def _locality_is_tested(cls, family: tuple[str, ...]) -> tuple[str, ...]:
        if "locality" not in family or len(set(family)) < len(family):
            raise ValueError("it holds locality once, and may hold necessity")
        return family
