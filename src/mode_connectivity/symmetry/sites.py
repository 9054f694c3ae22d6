"""Finds the layers that read the units of a layer, and where the activations of those units can be read."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from torch import Tensor

from mode_connectivity.symmetry.axes import Axis, offsets, size_of
from mode_connectivity.symmetry.symmetry import Symmetry


def readers(symmetry: Symmetry, layer: str) -> tuple[str, ...]:
    """Return the modules whose weights multiply the outputs of the layer's units, in the order of the state.

    Raises:
        ValueError: no layer of that name whose outputs can be permuted.
    """
    members = symmetry.members(symmetry.group_of(layer))
    return tuple(dict.fromkeys(tensor.rpartition(".")[0] for tensor, _, consumer in members if consumer))


def fan_out(symmetry: Symmetry, layer: str) -> int:
    """Return the number of weights of all consumers that multiply the output of one unit of the layer.

    Raises:
        ValueError: no layer of that name whose outputs can be permuted.
    """
    group = symmetry.group_of(layer)
    count = 0
    for tensor, dim, consumer in symmetry.members(group):
        if consumer:
            others = 1
            for other, axis in enumerate(symmetry.axes[tensor]):
                others *= size_of(axis) if other != dim else 1
            count += others * sum(b.positions for _, b in offsets(symmetry.axes[tensor][dim]) if b.group == group)
    return count


class Site(NamedTuple):
    """Names axis `dim` of the output of `module`, which runs over units as `axis` says."""

    module: str
    dim: int
    axis: Axis


class Output(NamedTuple):
    """Holds what a module returned during the traced pass; `normalises` is the id of a normalisation's input."""

    module: str
    tensor: Tensor
    axes: tuple[Axis, ...]
    normalises: int | None


def sites_of(outputs: Sequence[Output], named: Callable[[Axis], Axis]) -> tuple[Site, ...]:
    """Return one site for each layer whose outputs move: the layer itself or the normalisation right behind it.

    Behind, because a negative scale turns the sign of a unit; before the nonlinearity, because a unit that is silent
    on every sample has no correlation.
    """
    kept: dict[int, Output] = {}
    for output in outputs:
        if output.normalises is None or kept.pop(output.normalises, None) is not None:
            kept[id(output.tensor)] = output
    sites: dict[str, Site] = {}
    for output in kept.values():
        axes = [named(axis) for axis in output.axes]
        moving = [dim for dim, axis in enumerate(axes) if any(block.group is not None for block in axis)]
        if len(moving) == 1:
            sites[output.module] = Site(output.module, moving[0], axes[moving[0]])
    return tuple(sites.values())
