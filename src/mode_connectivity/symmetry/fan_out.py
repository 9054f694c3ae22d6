"""Finds the layers that read a layer's units, and counts the weights that read one."""

from mode_connectivity.symmetry.axes import offsets, size_of
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
