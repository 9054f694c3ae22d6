"""Follows reshaping: axes merged into one (channels x pixels) or one axis seen as several (heads, windows)."""

from collections.abc import Sequence
from math import prod

from mode_connectivity.symmetry.axes import Axis, fixed, scaled, simplified, size_of
from mode_connectivity.symmetry.call import Call
from mode_connectivity.symmetry.trace import Label, Labels, Trace


def reshape(trace: Trace, call: Call) -> list[Labels]:
    """Match runs of axes with equal products; one-to-one runs keep their label, others are merged and split."""
    shape: Sequence[int] = tuple(call.result.shape)
    if 0 in shape:
        trace.pin(trace.labels(call["self"]))
        return [tuple(Label(fixed(size)) for size in shape)]
    remaining = [label for label in trace.labels(call["self"]) if size_of(label.axis) != 1]
    out: list[Label] = []
    wanted: list[int] = []
    run: list[Label] = []
    for size in shape:
        if size == 1 and not wanted:
            out.append(Label(fixed(1)))
            continue
        wanted.append(size)
        while _size(run) < prod(wanted):
            run.append(remaining.pop(0))
        if _size(run) == prod(wanted):
            out += _regrouped(trace, run, wanted)
            wanted, run = [], []
    return [tuple(out)]


def _size(labels: Sequence[Label]) -> int:
    return prod(size_of(label.axis) for label in labels)


def _regrouped(trace: Trace, run: Sequence[Label], sizes: Sequence[int]) -> list[Label]:
    if len(run) == len(sizes) == 1:
        return list(run)
    merged = run[-1].axis
    for label in reversed(run[:-1]):
        merged = _merged(trace, label.axis, merged)
    return [Label(axis) for axis in _split(trace, merged, sizes)]


def _merged(trace: Trace, outer: Axis, inner: Axis) -> Axis:
    """Merge two axes: entry (i, j) becomes i * len(inner) + j; where both axes move, the inner one is kept fixed."""
    if trace.slots.is_fixed(outer) and not trace.slots.is_fixed(inner):
        return inner * size_of(outer)
    trace.slots.pin(inner)
    return scaled(outer, size_of(inner))


def _split(trace: Trace, axis: Axis, sizes: Sequence[int]) -> list[Axis]:
    """Undo a merge where the axis has that structure already; otherwise it stays fixed."""
    if len(sizes) == 1:
        return [axis]
    first, rest = sizes[0], list(sizes[1:])
    axis, inner = trace.slots.resolve(axis), prod(rest)
    if all((block.positions if block.group else block.size) % inner == 0 for block in axis):
        narrow = (
            block._replace(positions=block.positions // inner)
            if block.group
            else block._replace(units=block.size // inner)
            for block in axis
        )
        return [simplified(narrow), *(fixed(size) for size in rest)]
    if axis == axis[: len(axis) // first] * first:
        return [fixed(first), *_split(trace, axis[: len(axis) // first], rest)]
    trace.slots.pin(axis)
    return [fixed(size) for size in sizes]
