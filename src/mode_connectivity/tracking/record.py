"""Defines the record of one tracked run, and turns params and training histories into what it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Record:
    """Holds what is logged of one run.

    All of it can be read from a stage's outputs, so that a result restored from a cache can be logged too. `series`
    hold one value a step; `files` are figures and summaries.
    """

    stage: str
    item: Mapping[str, str | int]
    params: Mapping[str, Any]
    metrics: Mapping[str, float] = field(default_factory=dict)
    series: Mapping[str, Sequence[float]] = field(default_factory=dict)
    files: Sequence[Path] = ()

    @property
    def name(self) -> str:
        """Return the name of the run: the stage, and the values of its item if it has one."""
        return "@".join([self.stage, "-".join(str(part) for part in self.item.values())]) if self.item else self.stage


def flat(sections: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested params as "section.key" -> value."""
    leaves: dict[str, Any] = {}
    for key, value in sections.items():
        leaves |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return leaves


def series_of(epochs: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """Return a training history as series over its epochs."""
    return {f"epoch/{key}": [epoch[key] for epoch in epochs] for key in (epochs[0] if epochs else ())}


def files_in(folder: Path) -> list[Path]:
    """Return the files of a stage's output folder, sorted, without DVC's own `.gitignore`."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
