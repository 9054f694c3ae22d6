"""Follows operations that sum over an axis against weights: inputs are tied to the weight's inputs, outputs are new.

For y_o = sum_i W_oi x_i the network is unchanged when x and the columns of W move together, and y moves as the rows
of W do (Hecht-Nielsen 1990; Ainsworth et al. 2023, section 2).
"""

from mode_connectivity.symmetry.axes import fixed, scaled, size_of
from mode_connectivity.symmetry.call import Call
from mode_connectivity.symmetry.labels import Label, Labels, laid, plain, restricted, sizes_of, together
from mode_connectivity.symmetry.trace import Rule, Trace


def leaves(trace: Trace, label: Label) -> Label:
    """Return the result's axis that a weight's axis of outputs becomes; remembers the weight as a layer."""
    if label.source and label.source[0] not in trace.layers:
        trace.layers[label.source[0]] = label.axis
    return label.computed()


def convolution(trace: Trace, call: Call) -> list[Labels]:
    """Follow a convolution of weight (O, I/groups, ...), where transposed (I, O/groups, ...).

    In a grouped convolution whole groups are the units.
    """
    image, weight = trace.labels(call["input"]), trace.labels(call["weight"])
    groups, transposed = call["groups"], call["transposed"]
    trace.pin(image[2:] + weight[2:])
    entering, leaving = (weight[0], weight[1]) if transposed else (weight[1], weight[0])
    if groups == 1:
        trace.tie((entering, image[1]))
        trace.consume(entering)
        out = leaves(trace, leaving)
    else:
        trace.pin(weight[1:])
        out = _grouped(trace, image[1], weight[0], groups, call.result.shape[1], transposed)
    if call["bias"] is not None:
        trace.tie((trace.labels(call["bias"])[0], out))
    return [(image[0], out, *(Label(fixed(size)) for size in call.result.shape[2:]))]


def _grouped(trace: Trace, image: Label, rows: Label, groups: int, outputs: int, transposed: bool) -> Label:
    """Move whole groups: each then keeps its own filters, whatever their number of inputs and outputs."""
    slots = trace.slots
    whole = slots.fresh(groups)
    if slots.is_fixed(image.axis) and not transposed:
        # Nothing that enters moves, so the filters of a group may change places with each other.
        for start in range(0, outputs, outputs // groups):
            _, rest = slots.cut(rows.axis, start)
            slots.cut(rest, outputs // groups)
        return leaves(trace, rows)
    slots.tie(image.axis, scaled(whole, size_of(image.axis) // groups))
    out = scaled(whole, outputs // groups)
    slots.tie(rows.axis, image.axis if transposed else out)
    return Label(out) if transposed else leaves(trace, rows)


# The two factors of each product by the names of their arguments.
FACTORS = {
    "mm": ("self", "mat2"),
    "bmm": ("self", "mat2"),
    "mv": ("self", "vec"),
    "dot": ("self", "tensor"),
    "addmm": ("mat1", "mat2"),
    "addmv": ("mat", "vec"),
    "baddbmm": ("batch1", "batch2"),
}


def matrix_product(trace: Trace, call: Call) -> list[Labels]:
    """Follow (..., N, K) with (..., K, M), either perhaps a vector (K,), and an addend broadcast to the result."""
    left, right = (trace.fibred(call[name]) for name in FACTORS[call.operation])
    if len(right) == 3:
        out = _products(trace, left, right)
    else:
        left, right = plain(trace.slots, left), plain(trace.slots, right)
        summed = right[-2] if len(right) > 1 else right[0]
        trace.slots.tie(left[-1].axis, summed.axis)
        trace.consume(left[-1])
        trace.consume(summed)
        out = (
            *(leaves(trace, label) for label in left[-2:-1]),
            *(leaves(trace, label) for label in right[-1:] if len(right) > 1),
        )
    if call.operation in {"addmm", "addmv", "baddbmm"}:
        out = together(trace.slots, [out, trace.fibred(call["self"])])
    return [out]


def _products(trace: Trace, left: Labels, right: Labels) -> Labels:
    """Follow a batch of products; what is summed and what is left may depend on the place in the batch."""
    slots, key = trace.slots, trace.slots.fresh_key()

    def over_batch(labels: Labels, dim: int) -> Label:
        batch = labels[0].key
        allowed = [] if batch is None or dim == 0 else [batch]
        label = restricted(slots, labels[dim], allowed, sizes_of(labels))
        return label._replace(over=(key,) if label.over else ())

    batch = trace.tie((over_batch(left, 0), over_batch(right, 0)))
    sizes = {key: size_of(batch.axis)}
    for pair in zip(laid(over_batch(left, 2), (key,), sizes), laid(over_batch(right, 1), (key,), sizes), strict=True):
        slots.tie(*pair)
    for label in (left[2], right[1]):
        trace.consume(label)
    out = (leaves(trace, over_batch(left, 1)), leaves(trace, over_batch(right, 2)))
    return (batch.computed()._replace(key=key), *(label._replace(key=None) for label in out))


def embedding(trace: Trace, call: Call) -> list[Labels]:
    """Follow a look-up of rows of a table (V, D) by numbers that never move."""
    rows, columns = trace.labels(call["weight"])
    indices = trace.labels(call["indices"])
    trace.pin((rows, *indices))
    return [(*(label.computed() for label in indices), columns.computed())]


RULES: dict[str, Rule] = {
    "convolution": convolution,
    "embedding": embedding,
    **dict.fromkeys(FACTORS, matrix_product),
}
