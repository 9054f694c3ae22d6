"""Splits movements by a swap that undoes itself, and draws one that it turns round."""

from collections.abc import Mapping
from dataclasses import replace
from math import sqrt

import torch
from torch import Generator, Tensor

from mode_connectivity.measures.displacement import end_difference
from mode_connectivity.measures.energy import Field, layer_products
from mode_connectivity.paths.path import Path, State
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


def antisymmetric_field(
    symmetry: Symmetry, permutation: Mapping[str, Tensor], path: Path, generator: Generator
) -> State:
    """Return a random displacement X with P X = -X, orthogonal to W_1 - W_0 and as long; parameters, float64, CPU.

    X = (N - P N)/2 of Gaussian noise N, less its part along the straight line, which is antisymmetric as well. It is
    zero outside the swapped slices. A bend at the middle of the line plus X brings a Bezier curve to half the ends'
    distance from that middle at t = 1/2: half a circle round the point where the swapped units would coincide.

    Raises:
        ValueError: P does not undo itself, or the ends do not differ.
    """
    chord = {name: tensor.cpu() for name, tensor in end_difference(path).items()}
    noise = {name: torch.randn(t.shape, generator=generator, dtype=torch.float64) for name, t in chord.items()}
    _, field = parts(symmetry, permutation, noise)
    square = layer_products(chord, chord).sum()
    if square == 0:
        raise ValueError("an antisymmetric start needs two ends that differ")
    along = float(layer_products(field, chord).sum() / square)
    field = {name: tensor - along * chord[name] for name, tensor in field.items()}
    scale = sqrt(square / layer_products(field, field).sum())
    return {name: tensor * scale for name, tensor in field.items()}
