"""Defines the finetune section of params.yaml: how all methods train, and what each changes."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from mode_connectivity.params.section import EACH_ONCE, Section, Template
from mode_connectivity.params.training import Schedule, Training

Method = Literal["naive", "naive_large", "llrt", "lpft", "cbft", "scratch"]


class Change(Section):
    """Holds what a method changes of the training that all methods share; a key that is missing changes nothing."""

    epochs: int = Field(default=1, ge=1)
    batch_size: int = Field(default=2, ge=2)
    learning_rate: float = Field(default=1.0, gt=0)
    weight_decay: float = Field(default=0.0, ge=0)
    schedule: Schedule = "constant"
    clip_norm: float | None = Field(default=None, gt=0)

    def of(self, training: Training) -> Training:
        """Return `training` with these changes."""
        changed = self.model_dump(include=set(Training.model_fields) & self.model_fields_set)
        return training.model_copy(update=changed)


class Probing(Change):
    """Holds the params of LPFT: what changes while its head is trained, and then while all layers are."""

    head: Change


class Connectivity(Change):
    """Holds the params of CBFT.

    `level` is that of its barrier loss, `warm_up` counts the epochs before its invariance loss sets in; None turns
    either off.
    """

    cue_batch_size: int = Field(ge=2)
    level: float | None = Field(gt=0)
    warm_up: int | None = Field(ge=0)


class Finetune(Section):
    methods: Annotated[tuple[Method, ...], EACH_ONCE]
    model: Template
    n_clean: int | float | None
    n_cue: int | float | None
    training: Training
    naive: Change
    naive_large: Change
    llrt: Change
    lpft: Probing
    cbft: Connectivity
    scratch: Change

    def recipe(self, method: str) -> Training:
        """Return how a method trains."""
        change: Change = getattr(self, method)
        return change.of(self.training)

    def own(self, method: str) -> dict[str, Any]:
        """Return all params that decide what a method does, as JSON values."""
        change = getattr(self, method)
        own = self.recipe(method).model_dump(mode="json")
        if isinstance(change, Probing):
            own["head"] = change.head.of(self.training).model_dump(mode="json")
        if isinstance(change, Connectivity):
            own |= change.model_dump(mode="json", include={"cue_batch_size", "level", "warm_up"})
        return own

    @field_validator("n_clean", "n_cue")
    @classmethod
    def _count_or_share(cls, amount: int | float | None) -> int | float | None:
        if amount is not None and (amount <= 0 or (amount >= 1 and amount != int(amount))):
            raise ValueError(f"a count, a share between 0 and 1, or null for all; got {amount:g}")
        return amount


class MechanismReport(Section):
    margin: float = Field(ge=0, lt=1)
