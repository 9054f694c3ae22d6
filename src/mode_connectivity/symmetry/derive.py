"""Derives named groups, layers and axes from a traced forward pass."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from torch import nn

from mode_connectivity.symmetry.axes import Axis, Block, fixed, offsets, size_of
from mode_connectivity.symmetry.labels import Labels
from mode_connectivity.symmetry.observe import observe
from mode_connectivity.symmetry.rules import rule_of
from mode_connectivity.symmetry.sites import Site, sites_of
from mode_connectivity.symmetry.trace import Trace
from mode_connectivity.symmetry.wreath import close


class Structure(NamedTuple):
    """Holds the fields of a `Symmetry`, before it is verified."""

    groups: dict[str, int]
    layers: dict[str, str]
    axes: dict[str, tuple[Axis, ...]]
    consumers: frozenset[tuple[str, int]]
    buffers: frozenset[str]
    sites: tuple[Site, ...]


def derive(model: nn.Module, example_inputs: Any) -> Structure:
    """Trace the model and return its groups, layers and axes by name.

    Raises:
        UnsupportedModule: an operation that cannot be followed.
    """
    trace = Trace(rule_of)
    observer = observe(model, example_inputs, trace)
    close(trace.slots, (axis for labels in observer.state.values() for label in labels for axis in label.axes))
    resolve = trace.slots.resolve
    state = {
        # A tensor that the pass never read is left alone, as those of classifiers that only training uses.
        name: tuple(resolve(label.axis) if name in observer.read else fixed(size_of(label.axis)) for label in labels)
        for name, labels in observer.state.items()
    }
    produced = {tensor: resolve(axis) for tensor, axis in trace.layers.items()}
    names, groups = _named(produced, state, _read(state, observer.state, trace))
    axes = {
        name: tuple(_renamed(axis, names) for axis in each) for name, each in state.items() if any(map(offsets, each))
    }
    return Structure(
        groups=groups,
        layers={
            layer_of(tensor): names[axis[0].group]
            for tensor, axis in produced.items()
            if len(axis) == 1 and axis[0].group is not None
        },
        axes=axes,
        consumers=frozenset(
            (name, dim)
            for name, each in axes.items()
            for dim, (axis, label) in enumerate(zip(each, observer.state[name], strict=True))
            if offsets(axis) and label.source in trace.consumed
        ),
        buffers=frozenset(axes.keys() - {name for name, _ in model.named_parameters(remove_duplicate=False)}),
        sites=sites_of(observer.outputs, lambda axis: _renamed(resolve(axis), names)),
    )


def layer_of(tensor: str) -> str:
    """Return the layer of a weight: "features.0" for "features.0.weight", parametrized or not; else its own name."""
    return re.sub(r"\.(parametrizations\.)?weight(\.original\d*)?$", "", tensor)


def _read(state: Mapping[str, tuple[Axis, ...]], labels: Mapping[str, Labels], trace: Trace) -> set[str | None]:
    """Return the slots of units that a weight sums over."""
    return {
        block.group
        for name, axes in state.items()
        for axis, label in zip(axes, labels[name], strict=True)
        if label.source in trace.consumed
        for _, block in offsets(axis)
    }


def _named(
    produced: Mapping[str, Axis], state: Mapping[str, tuple[Axis, ...]], read: set[str | None]
) -> tuple[dict[str, str], dict[str, int]]:
    """Return slot -> group name and group name -> units.

    A name comes from the layer that first produces the units, or the first tensor with them. Units that have units of
    their own are heads of the module that the layer is a part of.
    """
    named = [(layer_of(tensor), axis) for tensor, axis in produced.items()]
    named += [(tensor, axis) for tensor, axes in state.items() for axis in axes]
    heads = {block.group for _, axis in named for _, block in offsets(axis) if block.within}
    names: dict[str, str] = {}
    groups: dict[str, int] = {}

    def take(block: Block, name: str) -> None:
        if block.group is None or block.group in names:
            return
        while name in groups:
            name += "'"
        names[block.group] = name
        groups[name] = block.units

    for name, axis in named:
        module = name.rpartition(".")[0]
        start = 0
        for block in axis:
            part = name if len(axis) == 1 else f"{name}[{start}:{start + block.size}]"
            take(block, f"{module} heads".strip() if block.group in heads else part)
            for inner, label in _within(block):
                role = "queries" if inner.group in heads else "value" if inner.group in read else "query-key"
                take(inner, f"{module} {label} {role}".strip())
            start += block.size
    return names, groups


def _within(block: Block) -> Iterator[tuple[Block, str]]:
    """Yield the blocks within the units of a block, each with the unit that it is in: "head 3", or "every head"."""
    for unit, axis in enumerate(block.within):
        for _, inner in offsets(axis):
            shared = all(any(inner.group == each.group for _, each in offsets(other)) for other in block.within)
            yield inner, "every head" if shared else f"head {unit}"


def _renamed(axis: Axis, names: Mapping[str, str]) -> Axis:
    return tuple(
        block._replace(
            group=names.get(block.group or ""), within=tuple(_renamed(inner, names) for inner in block.within)
        )
        for block in axis
    )
