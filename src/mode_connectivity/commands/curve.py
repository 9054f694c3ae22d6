"""Reads a path from files: a whole curve in one of them, or its bends beside its two ends."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path as File

import torch

from mode_connectivity.foundations import checkpoints
from mode_connectivity.models import unwrapped
from mode_connectivity.paths import Bezier, Path, State
from mode_connectivity.paths.kinds import KINDS
from mode_connectivity.paths.whole_curve import parameters, whole_curve
from mode_connectivity.study.path_files import bends_of

BEND = re.compile(r"bends\.(\d+)\.")


def read_curve(curve: File, original: File, end: File | None) -> Path:
    """Return the path in the file `curve`, which starts at the network in `original`.

    `end` is needed where the file holds bends alone.

    Raises:
        ValueError: a file that is missing or unreadable, or control points that do not fit; the message names the file.
    """
    weights, start = unwrapped(checkpoints.foreign(curve)), read_point(original)
    try:
        whole = whole_curve(weights)
        path: Path
        if whole is None:
            if end is None:
                raise ValueError("it holds bends alone; name the other end with --swapped-checkpoint")
            bends = _bends(parameters(weights))
            path = _kind(curve)([start, *bends, read_point(end)])
        elif whole.controls[0].keys() != start.keys():
            odd = sorted(whole.controls[0].keys() ^ start.keys())[0]
            raise ValueError(f"only one of it and {original} has {odd}")
        else:
            path = whole
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
    """Return the parameters of the network in a file, without its running statistics.

    Raises:
        CheckpointError: missing, unreadable, or without a tensor.
    """
    state = parameters(unwrapped(checkpoints.foreign(file)))
    if not state:
        raise checkpoints.CheckpointError(f"{file}: holds no tensors")
    return state


def _bends(weights: State) -> list[State]:
    """Return the bends that the file of a path holds; one from elsewhere may hold a single one under its own names."""
    numbers = [int(match[1]) for match in map(BEND.match, weights) if match]
    return bends_of(weights, max(numbers)) if numbers else [weights]


def _kind(file: File) -> Callable[[Sequence[State]], Path]:
    """Return how the path in `file` is made of its control points: a Bezier curve where the file does not say."""
    try:
        facts = checkpoints.metadata(file)
    except checkpoints.CheckpointError:  # a bend that other code wrote has no metadata of ours
        return Bezier
    earlier = facts.get("params", {}).get("curve", {})  # where version 0.1 wrote it
    return KINDS[facts.get("path", earlier).get("kind", "bezier")]
