"""Follows operations that join, cut, repeat, pad or look up entries along an axis."""

from mode_connectivity.symmetry.axes import fixed, size_of
from mode_connectivity.symmetry.call import Call
from mode_connectivity.symmetry.labels import Label, Labels, at, reduced, sizes_of
from mode_connectivity.symmetry.trace import Rule, Trace


def cut(trace: Trace, call: Call) -> list[Labels]:
    """Follow slice, split, split_with_sizes: consecutive pieces of an axis; with steps the axis stays fixed."""
    labels = trace.fibred(call["self"])
    dim = call["dim"] % len(labels)
    size, start = size_of(labels[dim].axis), 0
    if call.operation == "slice":
        start = slice(call["start"], None).indices(size)[0]
        if call["step"] != 1:
            labels = trace.labels(call["self"])
            trace.pin(labels[dim : dim + 1])
            return [(*labels[:dim], Label(fixed(call.result.shape[dim])), *labels[dim + 1 :])]
    results = []
    for tensor in call.results:
        length = tensor.shape[dim]
        results.append(labels if length == size else _piece(trace, labels, dim, start, length))
        start += length
    return results


def _piece(trace: Trace, labels: Labels, dim: int, start: int, length: int) -> Labels:
    """Return the labels of entries `start` to `start + length` along an axis."""
    own = labels[dim]
    pieces = [trace.slots.cut(trace.slots.cut(axis, start)[1], length)[0] for axis in own.axes]
    key = own.key if length > 1 else None
    rest = at(labels, dim, start, length)
    return (*rest[:dim], Label.of(own.over, pieces, key), *rest[dim + 1 :])


def cat(trace: Trace, call: Call) -> list[Labels]:
    """Follow a concatenation: its axis has the blocks of every piece, all other axes move together."""
    parts = [trace.labels(tensor) for tensor in call["tensors"] if tensor.ndim > 1 or tensor.numel()]
    dim = call["dim"] % call.result.ndim
    joined = Label(tuple(block for labels in parts for block in labels[dim].axis))
    columns = list(zip(*parts, strict=True))
    before, after = ([trace.tie(column).computed() for column in some] for some in (columns[:dim], columns[dim + 1 :]))
    return [(*before, joined, *after)]


def stack(trace: Trace, call: Call) -> list[Labels]:
    """Follow a stack: at each place along the new axis all others move as they did."""
    parts = [trace.labels(tensor) for tensor in call["tensors"]]
    dim = call["dim"] % call.result.ndim
    new = Label(fixed(len(parts)), key=trace.slots.fresh_key())
    columns = [Label.of(sizes_of([new]), [label.axis for label in column]) for column in zip(*parts, strict=True)]
    return [tuple(reduced(trace.slots, label, sizes_of([new])) for label in (*columns[:dim], new, *columns[dim:]))]


def repeat(trace: Trace, call: Call) -> list[Labels]:
    labels, times = trace.labels(call["self"]), call["repeats"]
    labels = tuple(Label(fixed(1)) for _ in range(len(times) - len(labels))) + labels
    return [tuple(Label(label.axis * count) for label, count in zip(labels, times, strict=True))]


def pad(trace: Trace, call: Call) -> list[Labels]:
    """Follow constant padding: new blocks of equal entries before and after (channels of a parameter-free shortcut)."""
    labels, widths = list(trace.labels(call["self"])), call["pad"]
    for place in range(len(widths) // 2):
        before, after = widths[2 * place : 2 * place + 2]
        axis = labels[-1 - place].axis
        if min(before, after) < 0:
            raise trace.refusal("a negative padding")
        labels[-1 - place] = Label(trace.slots.fresh(before) + axis + trace.slots.fresh(after))
    return [tuple(labels)]


def along(trace: Trace, call: Call) -> list[Labels]:
    """Follow flip and roll: the axes along which entries change places stay fixed."""
    labels, dims = trace.labels(call["self"]), call["dims"]
    trace.pin([labels[dim] for dim in dims] if dims else labels)
    return [labels]


def index_select(trace: Trace, call: Call) -> list[Labels]:
    labels = trace.labels(call["self"])
    dim = call["dim"] % len(labels)
    trace.pin((labels[dim], *trace.labels(call["index"])))
    return [(*labels[:dim], Label(fixed(call.result.shape[dim])), *labels[dim + 1 :])]


def look_up(trace: Trace, call: Call) -> list[Labels]:
    """Follow entries chosen by number, index[:, i, ...]: the axis looked up stays fixed, and so do the numbers."""
    labels, indices = trace.labels(call["self"]), list(call["indices"])
    chosen = [dim for dim, index in enumerate(indices) if index is not None]
    for dim in chosen:
        trace.pin((labels[dim], *trace.labels(indices[dim])))
    if len(chosen) != 1:
        trace.pin(labels)
        return [tuple(Label(fixed(size)) for size in call.result.shape)]
    dim = chosen[0]
    numbers = tuple(Label(fixed(size)) for size in indices[dim].shape)
    return [(*labels[:dim], *numbers, *labels[dim + 1 :])]


RULES: dict[str, Rule] = {
    **dict.fromkeys(("slice", "split", "split_with_sizes", "unsafe_split", "unsafe_split_with_sizes"), cut),
    "cat": cat,
    "stack": stack,
    "repeat": repeat,
    "constant_pad_nd": pad,
    "flip": along,
    "roll": along,
    "index": look_up,
    "index_select": index_select,
}
