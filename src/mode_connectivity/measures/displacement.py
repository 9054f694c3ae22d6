"""Computes how far fitted bends lie from their places on the straight line between the ends (the chord)."""

import numpy as np
import torch

from mode_connectivity.measures.gram import Floats, layer_gram
from mode_connectivity.paths.path import Path, State


def bend_displacement(path: Path) -> Floats:
    """Return (L,): root mean square over the n bends of |D_k|, D_k = W_k - (W_0 + k/(n+1) (W_{n+1} - W_0)).

    A linear start has D_k = 0. For a Bezier curve with one bend W_t - chord(t) = 2t(1-t) D, so D is all that training
    did, and the profile in t is the same parabola for every layer; for a chain of two pieces it is a tent.

    Raises:
        ValueError: the path has no bend.
    """
    bends = len(path.controls) - 2
    if not bends:
        raise ValueError("a bend's displacement needs three control points or more, the path has 2")
    gram = layer_gram(path)
    squares = np.mean([np.einsum("j,ljk,k->l", each, gram, each) for each in _from_chord(bends)], axis=0)
    roots: Floats = np.sqrt(np.clip(squares, 0, None))
    return roots


def _from_chord(bends: int) -> Floats:
    """Return (n, n + 1): D_k in terms of the differences W_j - W_0, j = 1 ... n + 1."""
    directions = np.eye(bends, bends + 1)
    directions[:, -1] = -np.arange(1, bends + 1) / (bends + 1)
    return directions


def displacement(path: Path) -> State:
    """Return D itself: parameters only, in float64, on the device of the path.

    For one bend D = W_1 - (W_0 + W_2)/2. For several the mean of the D_k with weights B_k(1/2), to which the path's
    middle lies from the chord's in proportion: W_{1/2} - (W_0 + W_{n+1})/2 = sum_k B_k(1/2) D.

    Raises:
        ValueError: the path has no bend.
    """
    start, *bends, end = path.controls
    if not bends:
        raise ValueError("a bend's displacement needs three control points or more, the path has 2")
    weights = np.array(path.weights(0.5)[1:-1])
    shares = (weights / weights.sum()).tolist()
    field = {}
    for name in path.parameters:
        middle = (start[name].double() + end[name].double()) / 2
        field[name] = sum(
            (share * (bend[name].double() - middle) for share, bend in zip(shares, bends, strict=True)),
            torch.zeros_like(middle),
        )
    return field


def end_difference(path: Path) -> State:
    """Return W_{n+1} - W_0 between the two ends: parameters only, in float64."""
    start, end = path.controls[0], path.controls[-1]
    return {name: end[name].double() - start[name].double() for name in path.parameters}


def end_distance(path: Path) -> Floats:
    """Return (L,): distance between the two ends of the path."""
    distances: Floats = np.sqrt(layer_gram(path)[:, -1, -1])
    return distances
