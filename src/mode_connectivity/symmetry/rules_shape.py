"""Follows operations that move entries without changing them: views, and those over pixels only."""

import re

from mode_connectivity.symmetry.axes import fixed, size_of
from mode_connectivity.symmetry.call import Call
from mode_connectivity.symmetry.rules_reshape import reshape
from mode_connectivity.symmetry.trace import Label, Labels, Rule, Trace


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
    labels = trace.labels(call["self"])
    order = list(range(len(labels)))
    if call.operation == "permute":
        order = [dim % len(labels) for dim in call["dims"]]
    elif len(labels) > 1:
        first, second = (0, 1) if call.operation == "t" else (call["dim0"], call["dim1"])
        order[first], order[second] = order[second], order[first]
    return [tuple(labels[dim] for dim in order)]


def expand(trace: Trace, call: Call) -> list[Labels]:
    """Follow an expansion: copies of one entry are equal and may be permuted in any way."""
    labels, shape = trace.labels(call["self"]), call.result.shape
    kept: list[Label] = []
    for dim, size in enumerate(reversed(shape)):
        same = dim < len(labels) and size_of(labels[-1 - dim].axis) == size
        kept.insert(0, labels[-1 - dim] if same else Label(trace.slots.fresh(size)))
    return [tuple(kept)]


def unsqueeze(trace: Trace, call: Call) -> list[Labels]:
    labels = list(trace.labels(call["self"]))
    labels.insert(call["dim"] % (len(labels) + 1), Label(fixed(1)))
    return [tuple(labels)]


def squeeze(trace: Trace, call: Call) -> list[Labels]:
    """Follow a squeeze: only axes of one entry go, and those that may go do."""
    labels = trace.labels(call["self"])
    dims = call.get("dim")
    may_go = range(len(labels)) if dims is None else [dims] if isinstance(dims, int) else dims
    gone = {dim % len(labels) for dim in may_go} if labels else set()
    return [tuple(label for dim, label in enumerate(labels) if dim not in gone or size_of(label.axis) != 1)]


def select(trace: Trace, call: Call) -> list[Labels]:
    labels = trace.labels(call["self"])
    dim = call["dim"] % len(labels)
    trace.pin(labels[dim : dim + 1])
    return [labels[:dim] + labels[dim + 1 :]]


def unbind(trace: Trace, call: Call) -> list[Labels]:
    return select(trace, call) * len(call.results)


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
    "unsqueeze": unsqueeze,
    "squeeze": squeeze,
    "select": select,
    "unbind": unbind,
    "as_strided": as_strided,
}
