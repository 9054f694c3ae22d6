"""Splits a field by a permutation P that undoes itself, as a swap and the mirror do."""

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from mode_connectivity.geometry.energy import Field
from mode_connectivity.paths.path import State
from mode_connectivity.symmetry import Symmetry


def is_involution(permutation: Mapping[str, Tensor]) -> bool:
    """Return whether P P is the identity."""
    return all(torch.equal(perm[perm], torch.arange(len(perm))) for perm in permutation.values())


def image(symmetry: Symmetry, permutation: Mapping[str, Tensor], field: Field) -> State:
    """Return P field. A field has no running statistics, which a state has."""
    axes = {name: each for name, each in symmetry.axes.items() if name in field}
    return replace(symmetry, axes=axes).apply(field, permutation)


def parts(symmetry: Symmetry, permutation: Mapping[str, Tensor], field: Field) -> tuple[State, State]:
    """Return (D + P D)/2 and (D - P D)/2, orthogonal to each other.

    Training with 1 - t in place of t gives P D, so from a start on the chord D and P D have one law and the
    antisymmetric part has mean zero: what is systematic lies in the symmetric part. The antisymmetric part is zero
    outside the slices of the units that P moves.

    Raises:
        ValueError: P does not undo itself.
    """
    if not is_involution(permutation):
        raise ValueError("a field has symmetric and antisymmetric parts only under a permutation that undoes itself")
    moved = image(symmetry, permutation, field)
    return (
        {name: (tensor + moved[name]) / 2 for name, tensor in field.items()},
        {name: (tensor - moved[name]) / 2 for name, tensor in field.items()},
    )


def control_corrected(symmetry: Symmetry, permutation: Mapping[str, Tensor], field: Field, control: Field) -> State:
    """Return D - (C + P C)/2 for the displacement C of the same training without the swap.

    The plain D - C holds -(C - P C)/2 within the swapped slices, chance of the control's that would pass for an effect
    there; outside them the two are the same.

    Raises:
        ValueError: P does not undo itself.
    """
    symmetric, _ = parts(symmetry, permutation, control)
    return {name: tensor - symmetric[name] for name, tensor in field.items()}
