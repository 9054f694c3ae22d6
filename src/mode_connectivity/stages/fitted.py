"""A fitted path on disk: all of its bends in one file."""

from collections.abc import Sequence
from pathlib import Path as File

from torch import Tensor

from mode_connectivity import checkpoints
from mode_connectivity.paths import Bezier, Path, Polygon, State
from mode_connectivity.stages.study import Study

KINDS: dict[str, type[Bezier] | type[Polygon]] = {"bezier": Bezier, "polygon": Polygon}


def stacked(bends: Sequence[State]) -> dict[str, Tensor]:
    """One dict of all bends: of a single one under its own names, of several under `bends.<k>.<name>`, k from 1."""
    if len(bends) == 1:
        return dict(bends[0])
    return {f"bends.{k}.{name}": tensor for k, bend in enumerate(bends, 1) for name, tensor in bend.items()}


def unstacked(tensors: dict[str, Tensor], bends: int) -> list[State]:
    """The bends that `stacked` joined."""
    if bends == 1:
        return [dict(tensors)]
    heads = [f"bends.{k}." for k in range(1, bends + 1)]
    return [{name.removeprefix(head): t for name, t in tensors.items() if name.startswith(head)} for head in heads]


def load_fitted(study: Study, start: State, file: File, end: State) -> Path:
    """The path from `start` to `end` over the bends in `file`, of the kind that the file says it is.

    Raises:
        CheckpointError: missing, damaged, or of another network.
    """
    tensors, metadata = checkpoints.load(file)
    asked = metadata["params"]["curve"]
    bends = [study.fitting(bend, file) for bend in unstacked(tensors, asked["bends"])]
    return KINDS[asked["kind"]]([start, *bends, end])
