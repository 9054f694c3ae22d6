"""Follows operations that move as their operands do: element by element, normalisations, softmax and reductions."""

from collections.abc import Sequence

import torch

from mode_connectivity.symmetry.axes import fixed, size_of
from mode_connectivity.symmetry.call import Call
from mode_connectivity.symmetry.labels import Label, Labels, restricted, sizes_of, together
from mode_connectivity.symmetry.trace import Rule, Trace

# Element by element, though PyTorch does not tag every form of them so.
ELEMENTWISE = {
    "_to_copy", "alias", "bernoulli", "celu", "clone", "contiguous", "copy", "detach", "elu", "fill", "hardshrink",
     "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "lift_fresh", "log_sigmoid_forward", "masked_fill",
    "prelu", "_prelu_kernel", "relu6", "selu", "softshrink", "threshold", "where", "zero",
}  # fmt: skip


def is_pointwise(call: Call) -> bool:
    return torch.Tag.pointwise in call.tags or call.operation in ELEMENTWISE


def pointwise(trace: Trace, call: Call) -> list[Labels]:
    operands = [trace.fibred(tensor) for tensor in call.operands]
    return [together(trace.slots, operands)] if len(operands) > 1 else operands


def batch_norm(trace: Trace, call: Call) -> list[Labels]:
    """Follow a batch norm of (N, C, ...) with weight, bias, running mean and variance of (C,)."""
    labels = trace.labels(call["input"])
    _with_state(trace, call, (labels[1],), ("weight", "bias", "running_mean", "running_var"))
    return [labels]


def layer_norm(trace: Trace, call: Call) -> list[Labels]:
    """Follow a layer norm: moments over the last axes ignore their order; weight and bias have just these axes."""
    labels = trace.labels(call["input"])
    _with_state(trace, call, labels[-len(call["normalized_shape"]) :], ("weight", "bias"))
    return [labels]


def group_norm(trace: Trace, call: Call) -> list[Labels]:
    """Follow a group norm: channels may change places within a normalisation group; groups of one restrict nothing."""
    labels = trace.labels(call["input"])
    channels, groups = call["C"], call["group"]
    if 1 < groups < channels:
        pieces = [block for _ in range(groups) for block in trace.slots.fresh(channels // groups)]
        trace.slots.tie(labels[1].axis, tuple(pieces))
    _with_state(trace, call, (labels[1],), ("weight", "bias"))
    return [labels]


def _with_state(trace: Trace, call: Call, labels: Labels, names: Sequence[str]) -> None:
    for name in names:
        if call.get(name) is not None:
            for pair in zip(labels, trace.labels(call[name]), strict=True):
                trace.tie(pair)


def weight_norm(trace: Trace, call: Call) -> list[Labels]:
    """Follow g v / |v|, the norm taken over all axes of v but one, along which the gains move with it."""
    labels, gains = trace.labels(call["v"]), trace.labels(call["g"])
    merged = together(trace.slots, [labels, gains])
    return [tuple(label.computed() for label in merged), gains]


def softmax(trace: Trace, call: Call) -> list[Labels]:
    return [_mixed(trace, trace.fibred(call["self"]), {call["dim"] % call.result.ndim} if call.result.ndim else set())]


def _mixed(trace: Trace, labels: Labels, dims: set[int]) -> Labels:
    """Return labels of a tensor whose entries along some axes meet: nothing may depend on the place along these."""
    keys = [label.key for dim, label in enumerate(labels) if label.key is not None and dim not in dims]
    return tuple(restricted(trace.slots, label, keys, sizes_of(labels)) for label in labels)


def _reduced(call: Call, rank: int) -> set[int]:
    dims = call.get("dim")
    dims = range(rank) if dims is None or dims == [] else [dims] if isinstance(dims, int) else dims
    return {dim % rank for dim in dims} if rank else set()


def reduction(trace: Trace, call: Call) -> list[Labels]:
    """Follow a sum, mean, largest entry or norm over axes in whatever order."""
    labels = trace.fibred(call["self"])
    reduced = _reduced(call, len(labels))
    labels = _mixed(trace, labels, reduced)
    kept = [Label(fixed(1)) if dim in reduced else label.computed() for dim, label in enumerate(labels)]
    if not call.get("keepdim"):
        kept = [label for dim, label in enumerate(kept) if dim not in reduced]
    return [tuple(kept)] * len(call.results)


def ordered(trace: Trace, call: Call) -> list[Labels]:
    """Follow an operation whose results depend on an axis's order (sort, running sum, argmax): that axis is fixed."""
    labels = trace.labels(call["self"])
    dims = _reduced(call, len(labels))
    trace.pin([labels[dim] for dim in dims])
    results = []
    for tensor in call.results:
        kept = labels if tensor.ndim == len(labels) else [label for dim, label in enumerate(labels) if dim not in dims]
        fits = zip(kept, tensor.shape, strict=True)
        results.append(tuple(Label(fixed(n)) if size_of(label.axis) != n else label.computed() for label, n in fits))
    return results


def triangle(trace: Trace, call: Call) -> list[Labels]:
    """Follow a lower or upper triangle: which entries of a matrix are kept depends on the order of both axes."""
    labels = trace.labels(call["self"])
    trace.pin(labels[-2:])
    return [labels]


def extreme(trace: Trace, call: Call) -> list[Labels]:
    """Follow the largest of two tensors, of one tensor, or along an axis together with its place."""
    if "other" in call.arguments:
        return pointwise(trace, call)
    return ordered(trace, call) if "dim" in call.arguments else reduction(trace, call)


RULES: dict[str, Rule] = {
    **dict.fromkeys(("native_batch_norm", "cudnn_batch_norm", "miopen_batch_norm"), batch_norm),
    **dict.fromkeys(("_native_batch_norm_legit", "_native_batch_norm_legit_no_training"), batch_norm),
    "_batch_norm_with_update": batch_norm,
    "_batch_norm_no_update": batch_norm,
    "native_layer_norm": layer_norm,
    "_fused_rms_norm": layer_norm,
    "native_group_norm": group_norm,
    "_weight_norm_interface": weight_norm,
    **dict.fromkeys(("_softmax", "_log_softmax", "_safe_softmax"), softmax),
    **dict.fromkeys(("mean", "sum", "prod", "amax", "amin", "aminmax", "any", "all"), reduction),
    **dict.fromkeys(("var", "var_mean", "std", "std_mean", "norm", "linalg_vector_norm", "logsumexp"), reduction),
    **dict.fromkeys(("argmax", "argmin", "cumsum", "cumprod", "logcumsumexp", "median", "sort", "topk"), ordered),
    **dict.fromkeys(("max", "min"), extreme),
    **dict.fromkeys(("tril", "triu"), triangle),
}
