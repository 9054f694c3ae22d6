"""Derives named groups, layers and axes from a traced forward pass."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from torch import nn

from mode_connectivity.symmetry.axes import Axis, fixed, offsets, size_of
from mode_connectivity.symmetry.observe import observe
from mode_connectivity.symmetry.rules import rule_of
from mode_connectivity.symmetry.sites import Site, sites_of
from mode_connectivity.symmetry.trace import Trace


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
    resolve = trace.slots.resolve
    state = {
        # A tensor that the pass never read is left alone, as those of classifiers that only training uses.
        name: tuple(resolve(label.axis) if name in observer.read else fixed(size_of(label.axis)) for label in labels)
        for name, labels in observer.state.items()
    }
    produced = {tensor: resolve(axis) for tensor, axis in trace.layers.items()}
    names, groups = _named(produced, state)
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


def _named(
    produced: Mapping[str, Axis], state: Mapping[str, tuple[Axis, ...]]
) -> tuple[dict[str, str], dict[str, int]]:
    """Return slot -> group name, from the layer that first produces it or the first tensor with it; name -> units."""
    named = [(layer_of(tensor), axis) for tensor, axis in produced.items()]
    named += [(tensor, axis) for tensor, axes in state.items() for axis in axes]
    names: dict[str, str] = {}
    groups: dict[str, int] = {}
    for name, axis in named:
        for start, block in offsets(axis):
            if block.group is None or block.group in names:
                continue
            part = name if len(axis) == 1 else f"{name}[{start}:{start + block.size}]"
            while part in groups:
                part += "'"
            names[block.group] = part
            groups[part] = block.units
    return names, groups


def _renamed(axis: Axis, names: Mapping[str, str]) -> Axis:
    return tuple(block._replace(group=names.get(block.group or "")) for block in axis)
