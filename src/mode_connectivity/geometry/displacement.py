"""How far a fitted bend lies from the chord's midpoint."""

import numpy as np

from mode_connectivity.geometry.gram import Floats, layer_gram
from mode_connectivity.paths.bezier import Bezier
from mode_connectivity.paths.path import Path, State, parameter_names


def bend_displacement(path: Bezier) -> Floats:
    """(L,): |D| with D = W_1 - (W_0 + W_2)/2 for a Bezier curve of three control points.

    W_t - chord(t) = 2t(1-t) D, so D is all that training did: a linear start has D = 0, and the profile in t is
    the same parabola for every layer.

    Raises:
        ValueError: the curve has other than three control points.
    """
    _one_bend(path)
    direction = np.array([1.0, -0.5])
    squares: Floats = np.einsum("j,ljk,k->l", direction, layer_gram(path), direction)
    return np.sqrt(np.clip(squares, 0, None))


def displacement(path: Path) -> State:
    """D = W_1 - (W_0 + W_2)/2 itself: parameters only, in float64, on the device of the path.

    Raises:
        ValueError: the path has other than three control points.
    """
    _one_bend(path)
    start, bend, end = path.controls
    return {
        name: bend[name].double() - (start[name].double() + end[name].double()) / 2 for name in parameter_names(start)
    }


def end_difference(path: Path) -> State:
    """W_1 - W_0 between the two ends: parameters only, in float64."""
    start, end = path.controls[0], path.controls[-1]
    return {name: end[name].double() - start[name].double() for name in parameter_names(start)}


def end_distance(path: Path) -> Floats:
    """(L,): distance between the two ends of the path."""
    distances: Floats = np.sqrt(layer_gram(path)[:, -1, -1])
    return distances


def _one_bend(path: Path) -> None:
    if len(path.controls) != 3:
        raise ValueError(f"a bend's displacement needs three control points, the curve has {len(path.controls)}")
