"""Reads a path from files: a whole curve in one of them, or its bends beside its two ends."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path as File

import torch
from torch import Tensor

from mode_connectivity.foundations import checkpoints
from mode_connectivity.models import unwrapped
from mode_connectivity.paths import Bezier, Path, State
from mode_connectivity.paths.kinds import KINDS
from mode_connectivity.paths.whole_curve import names_by_order, parameters, whole_curve
from mode_connectivity.studies.shared.path_files import bends_of

BEND = re.compile(r"bends\.(\d+)\.")


def read_curve(curve: File, original: File, other_end: File | None = None, beside: File | None = None) -> Path:
    """Return the path in the file `curve`, which starts at the network in `original`.

    Where the file holds bends alone, the other end is needed: `other_end`, or else `beside`. Where it holds all control
    points, `other_end` must be the last of them.

    Raises:
        ValueError: a file that is missing or unreadable, or control points that do not fit; the message names the file.
    """
    weights, start = _read(curve), read_point(original)
    try:
        whole = whole_curve(weights)
        path: Path
        if whole is None:
            end = other_end or beside
            if end is None:
                raise ValueError("it holds bends alone; name the other end with --swapped-checkpoint")
            bends = _bends(parameters(weights))
            points = [start, *(checkpoints.real(bend, curve) for bend in bends), read_point(end)]
            path = _kind(curve)(_widened(points))
        else:
            names = names_by_order(whole.controls[0], start)
            if names is None:
                odd = sorted(whole.controls[0].keys() ^ start.keys())[0]
                raise ValueError(f"only one of it and {original} has {odd}")
            path = type(whole)([{name: control[names[name]] for name in start} for control in whole.controls])
            for control in path.controls:
                checkpoints.real(control, curve)
            if other_end is not None and not _same(path.controls[-1], read_point(other_end)):
                raise ValueError(f"holds all control points, and ends elsewhere than {other_end}")
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
        CheckpointError: missing, unreadable, without a tensor, or with one that is not of finite real numbers.
    """
    state = parameters(_read(file))
    if not state:
        raise checkpoints.CheckpointError(f"{file}: holds no tensors")
    return checkpoints.real(state, file)


def _read(file: File) -> dict[str, object]:
    """Return what a file holds, tensors of 8 bits as of 32, which torch can compare."""
    held = unwrapped(checkpoints.foreign(file))
    tensors = {name: value for name, value in held.items() if isinstance(value, Tensor)}
    return held | {name: t.float() for name, t in tensors.items() if t.is_floating_point() and t.itemsize == 1}


def _bends(weights: State) -> list[State]:
    """Return the bends that the file of a path holds; one from elsewhere may hold a single one under its own names."""
    numbers = {match[1] for match in map(BEND.match, weights) if match}
    if numbers != {str(k) for k in range(1, len(numbers) + 1)}:
        raise ValueError(f"its bends are not numbered from 1 without a gap: {', '.join(sorted(numbers)[:3])}")
    return bends_of(weights, len(numbers)) if numbers else [weights]


def _widened(points: Sequence[State]) -> list[State]:
    """Return the points with each tensor in the widest of the types that it has in their files."""
    widest: dict[str, torch.dtype] = {}
    for point in points:
        for name, tensor in point.items():
            widest[name] = torch.promote_types(widest.get(name, tensor.dtype), tensor.dtype)
    return [{name: tensor.to(widest[name]) for name, tensor in point.items()} for point in points]


def _same(one: State, other: State) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def _kind(file: File) -> Callable[[Sequence[State]], Path]:
    """Return how the path in `file` is made of its control points: a Bezier curve where the file does not say."""
    try:
        facts = checkpoints.metadata(file)
    except checkpoints.CheckpointError:  # a bend that other code wrote has no metadata of ours
        return Bezier
    earlier = facts.get("params", {}).get("curve", {})  # where version 0.1 wrote it
    return KINDS[facts.get("path", earlier).get("kind", "bezier")]
