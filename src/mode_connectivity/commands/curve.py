"""A path from files: a whole curve in one of them, or its bends beside its two ends."""

import re
from pathlib import Path as File

import torch

from mode_connectivity import checkpoints
from mode_connectivity.models import unwrapped
from mode_connectivity.paths import Bezier, Path, Polygon, State
from mode_connectivity.paths.adopt import parameters, whole_curve
from mode_connectivity.stages.fitted import KINDS, unstacked

BEND = re.compile(r"bends\.(\d+)\.")


def read_curve(curve: File, original: File, end: File | None) -> Path:
    """The path in the file `curve`, which starts at the network in `original`; `end` is needed for bends alone.

    Raises:
        ValueError: a file that is missing or unreadable, or control points that do not fit; the message names the file.
    """
    weights, start = unwrapped(checkpoints.foreign(curve)), read_point(original)
    try:
        path = whole_curve(weights)
        if path is None:
            if end is None:
                raise ValueError("it holds bends alone; name the other end with --swapped-checkpoint")
            bends = unstacked(parameters(weights), _number_of_bends(weights))
            path = _kind(curve)([start, *bends, read_point(end)])
        elif path.controls[0].keys() != start.keys():
            odd = sorted(path.controls[0].keys() ^ start.keys())[0]
            raise ValueError(f"only one of it and {original} has {odd}")
    except checkpoints.CheckpointError:
        raise
    except ValueError as error:
        raise ValueError(f"{curve}: {error}") from error
    for name, tensor in start.items():
        if not torch.equal(path.controls[0][name], tensor):
            raise ValueError(
                f"{curve}: starts elsewhere than {original}, first at {name}; give the network it starts at"
            )
    return path


def read_point(file: File) -> State:
    """The parameters of the network in a file, without its running statistics.

    Raises:
        CheckpointError: missing, unreadable, or without a tensor.
    """
    state = parameters(unwrapped(checkpoints.foreign(file)))
    if not state:
        raise checkpoints.CheckpointError(f"{file}: holds no tensors")
    return state


def _number_of_bends(weights: dict[str, object]) -> int:
    return max([int(match[1]) for match in map(BEND.match, weights) if match], default=1)


def _kind(file: File) -> type[Bezier] | type[Polygon]:
    try:
        return KINDS[checkpoints.metadata(file)["params"]["curve"]["kind"]]
    except (checkpoints.CheckpointError, KeyError):  # a bend from elsewhere
        return Bezier
