"""Draws a start of a bend from which swapped units pass round each other instead of through each other."""

from collections.abc import Mapping
from math import sqrt

import torch
from torch import Generator, Tensor

from mode_connectivity.geometry.displacement import end_difference
from mode_connectivity.geometry.energy import layer_products
from mode_connectivity.geometry.involution import parts
from mode_connectivity.paths.path import Path, State
from mode_connectivity.symmetry import Symmetry


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
