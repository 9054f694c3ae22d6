"""Writes and reads the file of a path: its bends, and its other end where that is in no file of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as File
from typing import TYPE_CHECKING, Any

from torch import Tensor

from mode_connectivity.foundations import checkpoints
from mode_connectivity.foundations.reading import values_of
from mode_connectivity.paths import Path, State
from mode_connectivity.paths.kinds import KINDS, kind_of

if TYPE_CHECKING:  # `analyse` reads files of paths with the library alone, without params
    from mode_connectivity.studies.shared.study import Study

END = "end."


def save_path(file: File, path: Path, metadata: Mapping[str, Any], *, end: bool = False) -> None:
    """Write the bends of `path` as `bends.<k>.<name>`, k from 1, and with `end` its last point as `end.<name>`.

    Raises:
        OSError: it cannot be written; nothing is left behind.
    """
    bends = path.controls[1:-1]
    tensors = {f"bends.{k}.{name}": tensor for k, bend in enumerate(bends, 1) for name, tensor in bend.items()}
    if end:
        tensors |= {f"{END}{name}": tensor for name, tensor in path.controls[-1].items()}
    checkpoints.save(file, tensors, {**metadata, "path": {"kind": kind_of(path), "bends": len(bends)}})


def load_path(study: Study, start: State, file: File, end: State) -> Path:
    """Return the path in `file` from `start` to `end`, or to the other end that the file holds.

    Raises:
        CheckpointError: missing, damaged, or of another network.
    """
    tensors, metadata = checkpoints.load(file)
    with values_of(file):
        kind, count = KINDS[metadata["path"]["kind"]], metadata["path"]["bends"]
        if not isinstance(count, int) or not 0 <= count <= len(tensors):
            raise ValueError(f"{len(tensors)} tensors cannot be {count!r:.80} bends")
    bends = [study.fitting(bend, file) for bend in bends_of(tensors, count)]
    own_end = _below(tensors, END)
    path = kind([start, *bends, study.fitting(own_end, file) if own_end else end])
    return path.counting(study.moving(start))


def bends_of(tensors: Mapping[str, Tensor], bends: int) -> list[State]:
    """Return the bends in the tensors of a path's file."""
    return [_below(tensors, f"bends.{k}.") for k in range(1, bends + 1)]


def _below(tensors: Mapping[str, Tensor], head: str) -> State:
    return {name.removeprefix(head): tensor for name, tensor in tensors.items() if name.startswith(head)}
