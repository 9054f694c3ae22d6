"""Defines cluster.yaml: what each stage asks of Slurm, checked like params.yaml."""

import difflib
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator

from mode_connectivity.params.loading import load
from mode_connectivity.params.section import Section

CLUSTER = Path("cluster.yaml")

Text = Annotated[str, Field(min_length=1)]
Line = Annotated[str, Field(pattern=r"^[^\n]+$")]
TIME = r"^(\d+-)?\d+(:\d+){0,2}$"
MEMORY = r"^\d+[KMGT]?$"


class Resources(Section):
    """What one stage asks of Slurm; a key that is absent or null is left to the cluster."""

    partition: Text | None = None
    account: Text | None = None
    constraint: Text | None = None
    gpus: int | Text = 0  # a number, or a type and a number, a100:1
    cpus: Annotated[int, Field(ge=1)] = 1
    memory: Annotated[str, Field(pattern=MEMORY)] | None = None
    time: Annotated[str, Field(pattern=TIME)] | None = None
    flags: tuple[Line, ...] = ()
    setup: tuple[Line, ...] = ()

    @field_validator("time", mode="before")
    @classmethod
    def _minutes(cls, value: object) -> object:
        return str(value) if type(value) is int else value  # Slurm takes a plain number for minutes


class Cluster(Section):
    """The root of cluster.yaml: `stages` has resources by a stage's name, `curve` or `curve@mid-0`."""

    tracking: Literal["jobs", "collection"] = "jobs"  # who logs runs
    signal_seconds: Annotated[int, Field(ge=10)] = 120  # ahead of the time limit
    restarts: Annotated[int, Field(ge=0)] = 50  # of one stage, after time limits
    defaults: Resources = Field(default_factory=Resources)
    stages: dict[str, Resources] = Field(default_factory=dict)

    @classmethod
    def load(cls, path: Path = CLUSTER) -> Self:
        """Read and check a cluster file.

        Raises:
            ParamsError: missing or unreadable file, unknown key, wrong type or value.
        """
        if not path.exists():
            raise ValueError(f"{path}: write it first; docs/slurm.md has examples for CPU and GPU clusters")
        return load(cls, path)

    def check_stages(self, names: Collection[str]) -> None:
        """Check that every name under `stages` is one of `names`, or the part before their @.

        Raises:
            ValueError: it is not.
        """
        known = {part for name in names for part in (name, name.partition("@")[0])}
        for name in self.stages:
            if name not in known:
                near = difflib.get_close_matches(name, sorted(known), 1)
                raise ValueError(f"{CLUSTER}: stages.{name}: no such stage" + f"; did you mean {near[0]}?" * bool(near))

    def resources(self, stage: str) -> Resources:
        """Return what a stage asks for: the defaults, what its kind says instead, and what its own name says."""
        values = self.defaults.model_dump()
        for name in dict.fromkeys((stage.partition("@")[0], stage)):
            if name in self.stages:
                values |= self.stages[name].model_dump(exclude_unset=True)
        return Resources.model_validate(values)
