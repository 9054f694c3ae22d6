"""Follows reshaping: axes merged into one (channels x pixels) or one axis seen as several (heads, windows)."""

from collections.abc import Sequence
from math import prod

from mode_connectivity.symmetry.axes import Axis, filled, fixed, scaled, size_of
from mode_connectivity.symmetry.call import Call
from mode_connectivity.symmetry.labels import Label, Labels, laid, reduced, sizes_of
from mode_connectivity.symmetry.slots import Slots
from mode_connectivity.symmetry.trace import Trace


def reshape(trace: Trace, call: Call) -> list[Labels]:
    """Match runs of axes with equal products; one-to-one runs keep their label, others are merged and split."""
    shape: Sequence[int] = tuple(call.result.shape)
    if 0 in shape:
        trace.pin(trace.labels(call["self"]))
        return [tuple(Label(fixed(size)) for size in shape)]
    labels = tuple(label for label in trace.fibred(call["self"]) if size_of(label.axis) != 1)
    place, wanted = 0, list[int]()
    for size in (size for size in shape if size != 1):
        wanted.append(size)
        while size_of(labels[place].axis) < prod(wanted):
            labels = _merged(trace.slots, labels, place)
        if size_of(labels[place].axis) == prod(wanted):
            if len(wanted) > 1:
                labels = _split(trace.slots, labels, place, wanted)
            place, wanted = place + len(wanted), []
    rest = iter(labels)
    return [tuple(Label(fixed(1)) if size == 1 else next(rest) for size in shape)]


def _merged(slots: Slots, labels: Labels, dim: int) -> Labels:
    """Make the axes `dim` and `dim + 1` one: entry (i, j) becomes i * size + j.

    What the inner axis depends on in the outer one moves within its units. Where both move on their own, the inner
    one is kept fixed, unless the outer one came of such a split and all its units may move alike inside.
    """
    outer, inner = labels[dim : dim + 2]
    split = outer.key is not None
    if inner.key is not None and inner.key in outer.over:
        for axis in (*outer.axes, *inner.axes):
            slots.pin(axis)
        outer, inner = (Label(fixed(size_of(label.axis)), None, label.key) for label in (outer, inner))
    # Both get a key, so that what depends on either can be written over the axis that they become.
    outer, inner = (
        label if label.key is not None else label._replace(key=slots.fresh_key()) for label in (outer, inner)
    )
    assert outer.key is not None
    assert inner.key is not None
    both = (outer.key, inner.key)
    sizes = sizes_of((*labels, outer, inner))
    over = tuple(dict.fromkeys(key for key in (*outer.over, *inner.over) if key != outer.key))
    across, along = laid(outer, over, sizes), laid(inner, (*over, outer.key), sizes)
    units, depends = sizes[outer.key], outer.key in inner.over
    joined = [
        _within(slots, axis, along[place * units : (place + 1) * units], depends, split)
        for place, axis in enumerate(across)
    ]
    key = slots.fresh_key()
    others = []
    for label in (*labels[:dim], *labels[dim + 2 :]):
        if not set(both).isdisjoint(label.over):
            rest = tuple(each for each in label.over if each not in both)
            label = Label.of((*rest, key), laid(label, (*rest, *both), sizes), label.key)
        others.append(label)
    return (*others[:dim], Label.of(over, joined, key), *others[dim:])


def _within(slots: Slots, outer: Axis, entries: Sequence[Axis], depends: bool, split: bool) -> Axis:
    """Return the axis whose outer entry i holds `entries[i]`; these are one axis where they do not depend on i."""
    if depends or (split and slots.moving(outer).isdisjoint(slots.moving(entries[0]))):
        return filled(slots.resolve(outer), list(map(slots.resolve, entries)))
    if slots.is_fixed(outer) and not slots.is_fixed(entries[0]):
        return entries[0] * len(entries)
    slots.pin(entries[0])
    return scaled(outer, size_of(entries[0]))


def _split(slots: Slots, labels: Labels, dim: int, wanted: Sequence[int]) -> Labels:
    """See an axis as several; the inner ones may depend on the outer ones."""
    whole = labels[dim]
    keys = [slots.fresh_key() for _ in wanted]
    made: list[Label] = []
    over, axes = whole.over, list(whole.axes)
    for place, key in enumerate(keys[:-1]):
        parts = [slots.parts(axis, prod(wanted[place + 1 :])) for axis in axes]
        made.append(Label.of(over, [outer for outer, _ in parts], key))
        over, axes = (*over, key), [axis for _, inner in parts for axis in inner]
    made.append(Label.of(over, axes, keys[-1]))
    others = []
    for label in (*labels[:dim], *labels[dim + 1 :]):
        if whole.key is not None and whole.key in label.over:
            start = label.over.index(whole.key)
            label = label._replace(over=(*label.over[:start], *keys, *label.over[start + 1 :]))
        others.append(label)
    every = (*others[:dim], *made, *others[dim:])
    sizes = sizes_of(every)
    return tuple(reduced(slots, label, sizes) for label in every)
