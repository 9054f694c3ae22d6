"""Defines masks of the parameter entries that a path may move; all else stays on the straight line.

A `state` that holds some of the tensors alone, those that training moves for instance, gives masks of these alone.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property

import torch
from torch import Tensor

from mode_connectivity.paths.kinds import Linear, linear_bends
from mode_connectivity.paths.path import Path, State, Weights, module_of, parameter_names

# Parameter -> bool, of a shape that broadcasts to its own; a parameter that is missing may not move. So
# `Symmetry.slices(layer, units)` is a mask as it is; entries for running statistics mean nothing.
Mask = Mapping[str, Tensor]
ROUNDING = 1e-9  # of a place on the straight line


def everything(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return a mask of every entry of every parameter."""
    return {name: torch.tensor(True) for name in parameter_names(state)}


def layers(state: Mapping[str, Tensor], names: Iterable[str]) -> dict[str, Tensor]:
    """Return a mask of all parameters of the modules named, and of the modules within them.

    Raises:
        ValueError: no parameter belongs to a module of that name.
    """
    chosen: dict[str, Tensor] = {}
    for layer in names:
        parameters = [
            name for name in parameter_names(state) if module_of(name) == layer or name.startswith(f"{layer}.")
        ]
        if not parameters:
            known = dict.fromkeys(module_of(name) for name in parameter_names(state))
            raise ValueError(f"no layer {layer!r} with parameters; there are {', '.join(known)}")
        chosen |= {name: torch.tensor(True) for name in parameters}
    return chosen


def union(*masks: Mask) -> dict[str, Tensor]:
    """Return a mask of what any of the masks lets move."""
    joined: dict[str, Tensor] = {}
    for mask in masks:
        for name, keep in mask.items():
            joined[name] = joined[name] | keep if name in joined else keep
    return joined


def complement(state: Mapping[str, Tensor], mask: Mask) -> dict[str, Tensor]:
    """Return a mask of all but what the mask lets move."""
    return {name: ~mask[name] if name in mask else torch.tensor(True) for name in parameter_names(state)}


def share(state: Mapping[str, Tensor], mask: Mask) -> float:
    """Return the share of all parameters that may move, in [0, 1]."""
    sizes = {name: state[name].numel() for name in parameter_names(state)}
    return sum(float(mask[name].double().mean()) * size for name, size in sizes.items() if name in mask) / sum(
        sizes.values()
    )


def moving(
    state: Mapping[str, Tensor], mask: Mask | None, parameters: Collection[str] | None = None
) -> dict[str, Tensor | None]:
    """Return the parameters of which something moves, each with its mask on its device, None where all of it does.

    Only those among `parameters` move, by default what the names tell.

    Raises:
        ValueError: a mask for a tensor that is not there or of a shape that does not fit it, or one of no entry at all.
    """
    names = parameter_names(state) if parameters is None else [name for name in state if name in parameters]
    if mask is None:
        return dict.fromkeys(names)
    for name, keep in mask.items():
        _check(name, keep, state)
    touched = [name for name in names if name in mask and bool(mask[name].any())]
    if not touched:
        raise ValueError("the mask lets no parameter move")
    return {name: None if bool(mask[name].all()) else mask[name].to(state[name].device) for name in touched}


def _check(name: str, keep: Tensor, state: Mapping[str, Tensor]) -> None:
    if name not in state:
        raise ValueError(f"a mask for {name}, which is not in the state")
    shape = state[name].shape
    fits = len(keep.shape) <= len(shape) and all(
        mine in (1, theirs) for mine, theirs in zip(reversed(keep.shape), reversed(shape), strict=False)
    )
    if not fits or keep.dtype != torch.bool:
        raise ValueError(
            f"the mask of {name} is {keep.dtype} {tuple(keep.shape)}; it must be bool and broadcast to {tuple(shape)}"
        )


def frozen_on_chord(bends: Sequence[State], start: State, end: State, free: Mapping[str, Tensor | None]) -> list[State]:
    """Return bends in which every entry that may not move lies on the straight line, evenly spaced.

    `free` is what `moving` returns. A tensor that moves as a whole is the bend's own.
    """
    partly = {name: tensor for name, tensor in start.items() if name not in free or free[name] is not None}
    even = linear_bends(partly, {name: end[name] for name in partly}, len(bends))
    return [
        {name: _chosen(name, free, bend, straight) for name in bend} for bend, straight in zip(bends, even, strict=True)
    ]


def _chosen(name: str, free: Mapping[str, Tensor | None], curved: State, straight: State) -> Tensor:
    if name not in free:
        return straight[name]
    keep = free[name]
    return curved[name] if keep is None else torch.where(keep, curved[name].detach(), straight[name])


class Restricted(Path):
    """Follows `path` where the mask lets it move, and exactly the straight line between its ends elsewhere.

    What the path does not count among its `parameters` follows the straight line as well, at the pace at which the
    path walks along evenly spaced control points: that of t itself for a Bezier curve and a polygonal chain.

    Raises:
        ValueError: the mask does not fit or lets nothing move.
    """

    def __init__(self, path: Path, mask: Mask) -> None:
        super().__init__(path.controls, parameters=path.parameters, copy=False)
        self.path = path
        self.chord = Linear(path.controls[0], path.controls[-1], copy=False)
        self.free = moving(path.controls[0], mask, path.parameters)
        self.partial = {name: keep for name, keep in self.free.items() if keep is not None}

    @cached_property
    def controls(self) -> tuple[State, ...]:
        """Return control points of this very path: what may not move lies on the straight line, evenly spaced."""
        start, *bends, end = self.path.controls
        return (start, *frozen_on_chord(bends, start, end, self.free), end)

    def weights(self, t: float) -> tuple[float, ...]:
        return self.path.weights(t)

    def of_ends(self, t: float) -> tuple[float, ...]:
        """Return the weights of both ends in what does not move."""
        weights = self.weights(t)
        place = sum(k * weight for k, weight in enumerate(weights)) / (len(weights) - 1)
        return self.chord.weights(t if abs(place - t) < ROUNDING else place)

    def at(self, t: float, names: Collection[str] | None = None, out: Mapping[str, Tensor] | None = None) -> State:
        return self.mix(self.checked(t), self.of_ends(t), names, out)

    def mix(
        self,
        weights: Weights,
        of_ends: Weights,
        names: Collection[str] | None = None,
        out: Mapping[str, Tensor] | None = None,
    ) -> State:
        """Return the state whose free entries are `weights` of the control points, all others `of_ends` of the ends."""
        wanted = list(self.chord.controls[0] if names is None else names)
        point = self.path.combine(weights, [name for name in wanted if name in self.free], out)
        point |= self.chord.combine(of_ends, [name for name in wanted if name not in self.free], out)
        for name, straight in self.chord.combine(of_ends, [name for name in wanted if name in self.partial]).items():
            into = None if out is None else out[name]
            point[name] = torch.where(self.partial[name], point[name], straight, out=into)
        return {name: point[name] for name in wanted}
