"""Follows operations that move entries without changing them: views, and those over pixels only."""

import re

from mode_connectivity.symmetry.axes import fixed, size_of
from mode_connectivity.symmetry.call import Call
from mode_connectivity.symmetry.labels import Label, Labels, at
from mode_connectivity.symmetry.rules_reshape import reshape
from mode_connectivity.symmetry.trace import Rule, Trace


def over_pixels(trace: Trace, call: Call) -> list[Labels]:
    """Follow pooling, resampling and padding of the last d axes, d as in the name; batch and channels pass."""
    labels = trace.labels(call.operands[0])
    dimensions = re.search(r"([123])d", call.operation)
    assert dimensions is not None
    leading = len(labels) - int(dimensions[1])
    trace.pin(labels[leading:])
    passed = tuple(label.computed() for label in labels[:leading])
    return [passed + tuple(Label(fixed(size)) for size in tensor.shape[leading:]) for tensor in call.results]


def permute(trace: Trace, call: Call) -> list[Labels]:
    labels = trace.fibred(call["self"])
    order = list(range(len(labels)))
    if call.operation == "permute":
        order = [dim % len(labels) for dim in call["dims"]]
    elif len(labels) > 1:
        first, second = (0, 1) if call.operation == "t" else (call["dim0"], call["dim1"])
        order[first], order[second] = order[second], order[first]
    return [tuple(labels[dim] for dim in order)]


def as_complex(trace: Trace, call: Call) -> list[Labels]:
    """Follow pairs of numbers seen as one (rotary embeddings), and back: the axis of two stays fixed."""
    labels = trace.labels(call["self"])
    if call.operation == "view_as_real":
        return [(*(label.computed() for label in labels), Label(fixed(2)))]
    trace.pin(labels[-1:])
    return [tuple(label.computed() for label in labels[:-1])]


def expand(trace: Trace, call: Call) -> list[Labels]:
    """Follow an expansion: copies of one entry are equal and may be permuted in any way."""
    labels, shape = trace.fibred(call["self"]), call.result.shape
    kept: list[Label] = []
    for dim, size in enumerate(reversed(shape)):
        same = dim < len(labels) and size_of(labels[-1 - dim].axis) == size
        kept.insert(0, labels[-1 - dim] if same else Label(trace.slots.fresh(size)))
    spread = [dim for dim, label in enumerate(kept) if label not in labels]
    if len(spread) == 1 and 0 < spread[0] < len(kept) - 1:
        _copied(trace, kept, spread[0])
    return [tuple(kept)]


def _copied(trace: Trace, labels: list[Label], dim: int) -> None:
    """Let copies (of keys and values, for several queries) change places at each unit of the axis before them."""
    units = labels[dim - 1]
    if not units.over and not trace.slots.is_fixed(units.axis):
        key = units.key if units.key is not None else trace.slots.fresh_key()
        labels[dim - 1] = units._replace(key=key)
        copies = size_of(labels[dim].axis)
        labels[dim] = Label.of((key,), [trace.slots.fresh(copies) for _ in range(size_of(units.axis))])


def unsqueeze(trace: Trace, call: Call) -> list[Labels]:
    labels = list(trace.fibred(call["self"]))
    labels.insert(call["dim"] % (len(labels) + 1), Label(fixed(1)))
    return [tuple(labels)]


def squeeze(trace: Trace, call: Call) -> list[Labels]:
    """Follow a squeeze: only axes of one entry go, and those that may go do."""
    labels = trace.fibred(call["self"])
    dims = call.get("dim")
    may_go = range(len(labels)) if dims is None else [dims] if isinstance(dims, int) else dims
    gone = {dim % len(labels) for dim in may_go} if labels else set()
    return [tuple(label for dim, label in enumerate(labels) if dim not in gone or size_of(label.axis) != 1)]


def select(trace: Trace, call: Call) -> list[Labels]:
    """Follow one index of an axis (select) or each of them (unbind), which then stays fixed."""
    labels = trace.fibred(call["self"])
    dim = call["dim"] % len(labels)
    trace.pin(labels[dim : dim + 1])
    size = size_of(labels[dim].axis)
    places = [call["index"] % size] if call.operation == "select" else range(size)
    chosen = [at(labels, dim, place, 1) for place in places]
    return [each[:dim] + each[dim + 1 :] for each in chosen]


def as_strided(trace: Trace, call: Call) -> list[Labels]:
    """Follow a change of memory format: the same entries at the same places, or it is refused."""
    labels = trace.labels(call["self"])
    same_shape = tuple(size_of(label.axis) for label in labels) == tuple(call["size"])
    moved = [old != new for old, new, size in zip(call.stride, call["stride"], call["size"], strict=False) if size > 1]
    if not same_shape or any(moved) or call.get("storage_offset"):
        raise trace.refusal(f"aten.{call.name}")
    return [labels]


PIXELS = (
    *(
        f"{kind}_pool{d}d"
        for kind in ("avg", "max", "_adaptive_avg", "adaptive_avg", "adaptive_max")
        for d in (1, 2, 3)
    ),
    *(f"max_pool{d}d_with_indices" for d in (2, 3)),
    *(f"{kind}_pad{d}d" for kind in ("reflection", "replication") for d in (1, 2, 3)),
    *(f"upsample_nearest{d}d" for d in (1, 2, 3)),
    *(
        "upsample_linear1d",
        "upsample_bilinear2d",
        "_upsample_bilinear2d_aa",
        "upsample_bicubic2d",
        "upsample_trilinear3d",
    ),
)

RULES: dict[str, Rule] = {
    **dict.fromkeys(PIXELS, over_pixels),
    **dict.fromkeys(("view", "_unsafe_view", "reshape", "_reshape_alias"), reshape),
    **dict.fromkeys(("t", "transpose", "permute"), permute),
    "expand": expand,
    **dict.fromkeys(("view_as_complex", "view_as_real"), as_complex),
    "unsqueeze": unsqueeze,
    "squeeze": squeeze,
    **dict.fromkeys(("select", "unbind"), select),
    "as_strided": as_strided,
}
