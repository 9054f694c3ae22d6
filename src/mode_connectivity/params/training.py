"""Defines the sections of the networks, of how they are trained, and of the paths between twins."""

from typing import Annotated, Literal

from pydantic import Field

from mode_connectivity.params.section import EACH_ONCE, Section, Template

Schedule = Literal["one_cycle", "garipov", "cosine", "constant"]
Pattern = Literal["lmc", "lmcp", "qmc_cue", "qmc_clean"]
WIDEST = 1024.0  # times the published widths, in which no memory holds a network


class Compute(Section):
    device: Literal["auto", "cpu", "cuda"]
    precision: Literal["fp32", "tf32", "bf16"]
    threads: int = Field(ge=1)


class Model(Section):
    name: str
    width: float = Field(gt=0, le=WIDEST)
    batch_norm: bool
    dropout: float = Field(default=0.0, ge=0, lt=1)


class Training(Section):
    epochs: int = Field(ge=1)
    batch_size: int = Field(ge=2)
    learning_rate: float = Field(gt=0)
    weight_decay: float = Field(ge=0)
    schedule: Schedule
    clip_norm: float | None = Field(default=None, gt=0)


class Endpoint(Training):
    imported: Template


class CueEndpoint(Training):
    seeds: Annotated[tuple[Annotated[int, Field(ge=0)], ...], EACH_ONCE]
    initialisation: Literal["shared", "own"]
    pretrained: Template


class Mechanism(Training):
    patterns: tuple[Pattern, ...]
    n_interpolations: int = Field(ge=2)
    recalibrate_on: Literal["cue", "clean"]
