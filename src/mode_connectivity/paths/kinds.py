"""Defines the kinds of path (straight line, Bezier curve, chain of straight pieces) and the bends they start from."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from math import comb
from typing import Self

import torch
from torch import Generator, Tensor

from mode_connectivity.paths.path import Path, State


def linear_bends(start: Mapping[str, Tensor], end: Mapping[str, Tensor], bends: int = 1) -> list[State]:
    """Return `bends` control points spaced evenly on the straight line: a path through them is that line."""
    return _on_chord(start, end, _places(bends))


def biased_bends(start: Mapping[str, Tensor], end: Mapping[str, Tensor], alpha: float, bends: int = 1) -> list[State]:
    """Return control points on the straight line, crowded towards one end: the middle one at its share `alpha`.

    A place s of an even spacing becomes 2 alpha s up to the middle and 1 - 2 (1 - alpha) (1 - s) after it, so
    that alpha = 1/2 is `linear_bends`.

    Raises:
        ValueError: `alpha` lies outside [0, 1].
    """
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha must lie in [0, 1], got {alpha}")
    return _on_chord(start, end, [2 * alpha * s if s <= 0.5 else 1 - 2 * (1 - alpha) * (1 - s) for s in _places(bends)])


def perturbed_bends(
    start: Mapping[str, Tensor],
    end: Mapping[str, Tensor],
    size: float,
    generator: Generator,
    bends: int = 1,
    parameters: Collection[str] | None = None,
) -> list[State]:
    """Return evenly spaced control points, each moved by Gaussian noise over all `parameters`.

    By default these are what the names tell, see `parameter_names`; all other tensors stay on the straight line.

    The root mean square of the noise's norm is `size` times the distance between the ends, so that between ends
    that are equal there is none.
    """
    names = Linear(start, end, parameters=parameters, copy=False).parameters
    count = sum(start[name].numel() for name in names)
    deviation = size * _norm([end[name].double() - start[name].double() for name in names]) / count**0.5
    moved = linear_bends(start, end, bends)
    for bend in moved:
        for name in names:
            noise = torch.randn(bend[name].shape, generator=generator, dtype=torch.float64)
            bend[name] += (deviation * noise).to(bend[name])
    return moved


def sphere_bends(
    start: Mapping[str, Tensor],
    end: Mapping[str, Tensor],
    radius: float,
    bends: int = 1,
    parameters: Collection[str] | None = None,
) -> list[State]:
    """Return evenly spaced control points, their `parameters` scaled to `radius` times the norm of the ends.

    By default these are what the names tell, see `parameter_names`; all other tensors stay on the straight line.

    A radius of 1 puts them on the sphere of the ends, less inside it, more outside.

    Where the norms of the ends differ, that of a bend is their mean weighted by its place on the line.

    Raises:
        ValueError: `radius` is not positive, or a bend lies at the origin, which no factor moves.
    """
    if radius <= 0:
        raise ValueError(f"the radius must be positive, got {radius}")
    names = Linear(start, end, parameters=parameters, copy=False).parameters
    first, last = (_norm([state[name] for name in names]) for state in (start, end))
    scaled = linear_bends(start, end, bends)
    for place, bend in zip(_places(bends), scaled, strict=True):
        norm = _norm([bend[name] for name in names])
        if norm == 0:
            raise ValueError("the straight line runs through the origin: no factor brings its bend to a sphere")
        for name in names:
            bend[name] *= radius * ((1 - place) * first + place * last) / norm
    return scaled


def _places(bends: int) -> list[float]:
    return [k / (bends + 1) for k in range(1, bends + 1)]


def _on_chord(start: Mapping[str, Tensor], end: Mapping[str, Tensor], places: Sequence[float]) -> list[State]:
    chord = Linear(start, end, copy=False)
    return [chord.at(place) for place in places]


def _norm(tensors: Sequence[Tensor]) -> float:
    return float(torch.stack([tensor.double().square().sum() for tensor in tensors]).sum().sqrt())


class Linear(Path):
    """Computes W_t = (1 - t) W_0 + t W_1."""

    def __init__(
        self,
        start: Mapping[str, Tensor],
        end: Mapping[str, Tensor],
        *,
        parameters: Collection[str] | None = None,
        copy: bool = True,
    ) -> None:
        super().__init__([start, end], parameters=parameters, copy=copy)

    def weights(self, t: float) -> tuple[float, ...]:
        return (1 - t, t)


class Bezier(Path):
    """Computes W_t = sum_k C(n, k) (1 - t)^(n - k) t^k W_k, n + 1 control points (Garipov et al. 2018, section 3.2)."""

    @classmethod
    def between(
        cls,
        start: Mapping[str, Tensor],
        end: Mapping[str, Tensor],
        bends: int = 1,
        parameters: Collection[str] | None = None,
    ) -> Self:
        """Return the straight line as a curve of so many bends, which `fit` can train; errors as of any path."""
        return cls([start, *linear_bends(start, end, bends), end], parameters=parameters)

    def weights(self, t: float) -> tuple[float, ...]:
        n = len(self.controls) - 1
        return tuple(comb(n, k) * (1 - t) ** (n - k) * t**k for k in range(n + 1))


class Polygon(Path):
    """Joins the control points by straight pieces, each the same share of t (Garipov et al. 2018, section 3.2)."""

    def weights(self, t: float) -> tuple[float, ...]:
        pieces = len(self.controls) - 1
        place = t * pieces
        piece = min(int(place), pieces - 1)
        weights = [0.0] * (pieces + 1)
        weights[piece] = 1 - (place - piece)
        weights[piece + 1] = place - piece
        return tuple(weights)


# From all control points, ends included, which are taken as they are, not copied.
KINDS: dict[str, Callable[[Sequence[State]], Path]] = {
    "linear": lambda controls: Linear(*controls, copy=False),
    "bezier": partial(Bezier, copy=False),
    "polygon": partial(Polygon, copy=False),
}


def kind_of(path: Path) -> str:
    """Return the name of a path's kind."""
    return type(path).__name__.lower()
