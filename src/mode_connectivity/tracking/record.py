"""Defines the record of one tracked run, and turns params and training histories into what it holds."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from mode_connectivity.foundations.reading import Values

KEYS = 40  # of metrics and series that a run has at most: more of them nobody finds in a UI
OF_EVERY_RUN = ("seconds", "peak_memory_mb")


@dataclass(frozen=True)
class Record:
    """Holds what is logged of one run.

    All of it can be read from a stage's outputs, so that a result restored from a cache can be logged too. Who runs a
    stage fills in `stage` and `item`, the values of its matrix, where `record` of the stage leaves them out. `series`
    hold one value a step; `files` are figures and summaries; `answer` is what a report says in a sentence or a few.
    """

    stage: str = ""
    item: Mapping[str, str | int] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    series: Mapping[str, Sequence[float]] = field(default_factory=dict)
    files: Sequence[Path] = ()
    answer: str = ""

    @classmethod
    def of_result(cls, result: Values, params: Mapping[str, Any] | None = None, **fields: Any) -> "Record":
        """Return the record of a result that `read_json` read: its own params, the digest of its data, and its file.

        `params` are further ones; `fields` are other fields of the record, of which `files` is the file by default.
        """
        of_data = {"data_sha256": result["data_sha256"]}
        return cls(params=flat(result["params"]) | of_data | dict(params or {}), **{"files": [result.file], **fields})

    @property
    def name(self) -> str:
        """Return the name of the run: the stage, and the values of its item if it has one."""
        return "@".join([self.stage, "-".join(str(part) for part in self.item.values())]) if self.item else self.stage

    @property
    def data_sha256(self) -> str | None:
        """Return the hash of the data set that the result was made from, or that it is."""
        return self.params.get("data_sha256") or self.params.get("sha256")

    @property
    def key(self) -> str:
        """Return the hash of the stage, its item and what it wrote; params that change no output do not count."""
        whole = [path for path in self.files if path.is_file()]
        files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in whole}
        content = [self.stage, dict(self.item), dict(self.metrics), dict(self.series), self.data_sha256, files]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Execution:
    """Holds what is known of one execution of a stage beside its result.

    `study` names the study or experiment, `data` its data set; `started` counts from the epoch. A result that is logged
    from its outputs alone has no times.
    """

    study: str = ""
    data: str = ""
    started: float | None = None
    seconds: float | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)


def flat(sections: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested params as "section.key" -> value."""
    leaves: dict[str, Any] = {}
    for key, value in sections.items():
        leaves |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return leaves


def first_keys(figures: Mapping[str, float]) -> dict[str, float]:
    """Return as many figures, from the first on, as a run shows; all of them are in its files."""
    return dict(islice(figures.items(), KEYS - len(OF_EVERY_RUN)))


def series_of(epochs: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """Return a training history as series over its epochs, without the learning rate, which follows from the params."""
    keys = [key for key in (epochs[0] if epochs else ()) if key != "learning_rate"]
    return {f"epoch/{key}": [epoch[key] for epoch in epochs] for key in keys}


def files_in(folder: Path) -> list[Path]:
    """Return the files of a stage's output folder, sorted, without DVC's own `.gitignore`."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def barriers_in_millinats(means: Mapping[str, Any]) -> dict[str, float]:
    """Return the loss barriers of nested figures in millinats, and the other figures of the first level."""
    lines = {name: value for name, value in means.items() if not isinstance(value, dict)}
    for name, figures in means.items():
        for key, value in figures.items() if isinstance(figures, dict) else ():
            if key.endswith("_loss_barrier"):
                path = "line" if key.startswith("linear") else "curve"
                lines[f"millinats/{path} {name}"] = 1000 * value
    return lines
