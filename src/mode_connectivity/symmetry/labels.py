"""Labels the axes of a traced tensor, those too that move differently at each index of another axis.

Where one axis is seen as heads x units, the units of every head may move on their own. The axis of the units then
holds a fibre, an axis of its own, for each head; the axis of the heads has a key by which the fibres know it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from mode_connectivity.symmetry.axes import Axis, size_of
from mode_connectivity.symmetry.slots import Slots


class Label(NamedTuple):
    """Labels an axis of a traced tensor; `source` is the (tensor name, axis) of the state that it views, if any.

    `key` names the axis for others of the same tensor. `over` has the keys of the axes on which this one depends, and
    `fibres` how it moves at each of their indices, in row-major order; `axis` is then the first of these.
    """

    axis: Axis
    source: tuple[str, int] | None = None
    key: int | None = None
    over: tuple[int, ...] = ()
    fibres: tuple[Axis, ...] = ()

    @classmethod
    def of(cls, over: Iterable[int], fibres: Sequence[Axis], key: int | None = None) -> Label:
        over = tuple(over)
        return cls(fibres[0], None, key, over, tuple(fibres) if over else ())

    def computed(self) -> Label:
        return self._replace(source=None)

    @property
    def axes(self) -> tuple[Axis, ...]:
        return self.fibres or (self.axis,)


Labels = tuple[Label, ...]


def sizes_of(labels: Iterable[Label]) -> dict[int, int]:
    """Return key -> number of entries of the axis that it names."""
    return {label.key: size_of(label.axis) for label in labels if label.key is not None}


def laid(label: Label, keys: Sequence[int], sizes: Mapping[int, int]) -> list[Axis]:
    """Return how a label's axis moves at every index of the axes `keys`, among them all on which it depends."""
    shape = [sizes[key] for key in keys]
    if not label.over:
        return [label.axis] * prod(shape)
    own = np.arange(len(label.fibres)).reshape([sizes[key] for key in label.over])
    own = own.transpose([label.over.index(key) for key in keys if key in label.over])
    own = own.reshape([sizes[key] if key in label.over else 1 for key in keys])
    return [label.fibres[place] for place in np.broadcast_to(own, shape).flat]


def turns(label: Label, key: int, sizes: Mapping[int, int]) -> tuple[tuple[int, ...], list[list[Axis]]]:
    """Return the other keys of a label, and its fibres over these at each index of the axis `key`."""
    rest = tuple(other for other in label.over if other != key)
    fibres, each = laid(label, (key, *rest), sizes), prod(sizes[other] for other in rest)
    return rest, [fibres[start : start + each] for start in range(0, len(fibres), each)]


def restricted(slots: Slots, label: Label, keys: Iterable[int], sizes: Mapping[int, int]) -> Label:
    """Return a label that depends on no axes but `keys`: at the indices of others it moves alike."""
    allowed = set(keys)
    for key in label.over:
        if key not in allowed:
            rest, (first, *others) = turns(label, key, sizes)
            for fibres in others:
                for pair in zip(first, fibres, strict=True):
                    slots.tie(*pair)
            label = Label.of(rest, first, label.key)
    return label


def reduced(slots: Slots, label: Label, sizes: Mapping[int, int]) -> Label:
    """Return the same label over as few axes as it does depend on."""
    for key in label.over:
        rest, parts = turns(label._replace(fibres=tuple(map(slots.resolve, label.fibres))), key, sizes)
        if all(part == parts[0] for part in parts):
            label = Label.of(rest, parts[0], label.key)
    return label


def plain(slots: Slots, labels: Labels) -> Labels:
    """Return labels without fibres: what depends on an index moves alike at all of them."""
    if not any(label.over for label in labels):
        return labels
    sizes = sizes_of(labels)
    return tuple(restricted(slots, label, (), sizes)._replace(key=None) for label in labels)


def at(labels: Labels, dim: int, start: int, count: int) -> Labels:
    """Return the labels of all other axes for entries `start` to `start + count` of axis `dim`, and its own as it is.

    Where only one entry is left, nothing depends on that axis any more.
    """
    key = labels[dim].key
    sizes = sizes_of(labels)
    chosen = []
    for label in labels:
        if key is not None and key in label.over:
            rest, parts = turns(label, key, sizes)
            kept = [axis for part in parts[start : start + count] for axis in part]
            label = Label.of(rest if count == 1 else (key, *rest), kept, label.key)
        chosen.append(label)
    return tuple(chosen)


def together(slots: Slots, operands: Sequence[Labels]) -> Labels:
    """Tie tensors of broadcasting shapes: axes of one entry follow, all others move together, and so do fibres."""
    rank = max(map(len, operands))
    columns = [[labels[-dim] for labels in operands if len(labels) >= dim] for dim in range(rank, 0, -1)]
    keys = [slots.fresh_key() if any(label.key is not None for label in column) else None for column in columns]
    sizes = {
        key: max(size_of(label.axis) for label in column)
        for key, column in zip(keys, columns, strict=True)
        if key is not None
    }
    names = [
        {label.key: key for label, key in zip(reversed(labels), reversed(keys), strict=False)} for labels in operands
    ]
    merged: list[Label] = []
    for dim, key in zip(range(rank, 0, -1), keys, strict=True):
        column = [
            labels[-dim]._replace(over=tuple(named[each] or 0 for each in labels[-dim].over))
            for labels, named in zip(operands, names, strict=True)
            if len(labels) >= dim
        ]
        merged.append(_tied(slots, column, sizes, len(operands))._replace(key=key))
    return tuple(merged)


def _tied(slots: Slots, column: Sequence[Label], sizes: Mapping[int, int], operands: int) -> Label:
    """Return one label for axes that move together, but for those of one entry beside others."""
    wide = [label for label in column if size_of(label.axis) != 1]
    first, *rest = wide or column
    over = tuple(dict.fromkeys(key for label in (first, *rest) for key in label.over))
    if not over:
        for label in rest:
            slots.tie(first.axis, label.axis)
        return first if len(wide) == operands and all(label.source for label in rest) else first.computed()
    fibres = laid(first, over, sizes)
    for label in rest:
        for pair in zip(fibres, laid(label, over, sizes), strict=True):
            slots.tie(*pair)
    return reduced(slots, Label.of(over, fibres), sizes)
