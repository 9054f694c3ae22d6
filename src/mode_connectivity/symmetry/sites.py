"""Finds where in a network the activations of a group's units can be read."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from torch import Tensor

from mode_connectivity.symmetry.axes import Axis


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
