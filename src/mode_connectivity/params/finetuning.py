"""Defines the finetune section of params.yaml: each method has its own params."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from mode_connectivity.params.section import EACH_ONCE, Section, Template
from mode_connectivity.params.training import Training

Method = Literal["naive", "naive_large", "llrt", "lpft", "cbft", "scratch"]


class Probing(Training):
    """Holds the params of LPFT: how its head is trained first, and then how all layers are."""

    head: Training


class Connectivity(Training):
    """Holds the params of CBFT with its switches: the barrier loss and the invariance loss."""

    cue_batch_size: int = Field(ge=2)
    barrier: bool
    level: float = Field(gt=0)
    t_mean: float = Field(ge=0, le=1)
    t_spread: float = Field(ge=0)
    t_clip: float = Field(ge=0)
    invariance: bool
    warm_up: int = Field(ge=0)

    @model_validator(mode="after")
    def _t_stays_on_the_line(self) -> Self:
        reach = self.t_spread * self.t_clip
        if not 0 <= self.t_mean - reach <= self.t_mean + reach <= 1:
            raise ValueError(
                f"t_mean, t_spread and t_clip let t run from {self.t_mean - reach:g} to {self.t_mean + reach:g}, "
                f"outside [0, 1]"
            )
        return self


class MechanismReport(Section):
    margin: float = Field(ge=0, lt=1)


class Finetune(Section):
    methods: Annotated[tuple[Method, ...], EACH_ONCE]
    model: Template
    n_clean: int | float | None
    n_cue: int | float | None
    naive: Training
    naive_large: Training
    llrt: Training
    lpft: Probing
    cbft: Connectivity
    scratch: Training

    @field_validator("n_clean", "n_cue")
    @classmethod
    def _count_or_share(cls, amount: int | float | None) -> int | float | None:
        if amount is not None and (amount <= 0 or (amount >= 1 and amount != int(amount))):
            raise ValueError(f"a count, a share between 0 and 1, or null for all; got {amount:g}")
        return amount
