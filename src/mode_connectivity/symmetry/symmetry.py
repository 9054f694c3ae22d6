"""Defines a network's permutation symmetry: which axes of its state dict move together without a change of function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from mode_connectivity.models import bare
from mode_connectivity.symmetry import permutations, wreath
from mode_connectivity.symmetry.apply import apply
from mode_connectivity.symmetry.axes import Axis, Block
from mode_connectivity.symmetry.derive import derive
from mode_connectivity.symmetry.sites import Site
from mode_connectivity.symmetry.slices import Member, members_of, slices_of
from mode_connectivity.symmetry.verify import verify_equivalence

Permutations = dict[str, Tensor]


@dataclass(frozen=True)
class Symmetry:
    """Describes groups of units that may be rearranged: f(apply(w, P), x) = f(w, x) for every x and every choice of P.

    `groups`: group -> number of units; a group is named for the first layer that produces it, with the slice of that
    layer's outputs where it is a part of them only. `layers`: convolution or linear layer -> group of its outputs, in
    the order in which they run, a parameter that serves as the weight of one under its own name ("W"); a layer is left
    out where its outputs stay fixed, as the last one's do, or belong to several groups. `axes`: tensor of the state
    dict -> its axes, for the tensors that move. A unit of a grouped convolution is a whole group of channels.
    `consumers`: the (tensor, axis) that read units rather than belong to them. `buffers`: those of `axes` that are not
    parameters. `sites`: module outputs on which units can be compared.

    The heads of an attention layer are the units of a group "MODULE heads", and a layer of queries, keys or values has
    that group. What is in head 3 has groups of its own, "MODULE head 3 query-key", shared by queries and keys, and
    "MODULE head 3 value", by values and the columns that read them; where all heads must move alike inside, there is
    one group "MODULE every head ...". Where several heads of queries read one of keys and values, the latter are the
    heads, and "MODULE head 3 queries" are those within one. A head that no permutation may move has groups as slices
    of a layer have.

    Permutations are dicts group -> long tensor of (units,) on the CPU, with new[u] = old[perm[u]]; a group that is
    missing stays as it is. What is within units travels with them: unit j of new head u is unit q[j] of old head p[u],
    where q is the permutation within the old head p[u].
    """

    groups: dict[str, int]
    layers: dict[str, str]
    axes: dict[str, tuple[Axis, ...]]
    consumers: frozenset[tuple[str, int]] = frozenset()
    buffers: frozenset[str] = frozenset()
    sites: tuple[Site, ...] = ()

    @classmethod
    def derive(cls, model: nn.Module, example_inputs: Any, *, verify: bool = True) -> Symmetry:
        """Derive the symmetry by following every axis through one evaluation pass (Ainsworth et al. 2023, sec. 2).

        Neither the model nor the global generators are changed. `example_inputs` is a tensor, a tuple of positional or
        a dict of keyword arguments; a forward pass that depends on their number of pixels is followed for that number.
        The inputs and outputs of the model stay fixed, and so do parameters that the pass does not read. `verify`
        compares the outputs before and after one random permutation in float64.
        What `torch.compile`, `DataParallel` or `AveragedModel` wrapped is derived for itself: the names are those of
        the network inside.

        Raises:
            UnsupportedModule: an operation that cannot be followed, or outputs that do not agree.
            ValueError: a TorchScript module, or one that was compiled in place.
        """
        model = bare(model)
        symmetry = cls(**derive(model, example_inputs)._asdict())
        if verify:
            verify_equivalence(lambda w, draws: symmetry.apply(w, symmetry.random(draws)), model, example_inputs)
        return symmetry

    def identity(self) -> Permutations:
        """Return the permutations that leave every unit where it is."""
        return {group: permutations.identity(units) for group, units in self.groups.items()}

    def reverse(self) -> Permutations:
        """Return the mirror image: the units of every group in reverse order."""
        return {group: permutations.reverse(units) for group, units in self.groups.items()}

    def random(self, generator: torch.Generator) -> Permutations:
        """Return a uniformly random permutation of every group."""
        return {group: permutations.random(units, generator) for group, units in self.groups.items()}

    def swap(self, layer: str, pairs: Iterable[tuple[int, int]]) -> Permutations:
        """Exchange the units i and j of a layer for each pair (i, j), in all layers that its group ties to it.

        Raises:
            ValueError: an unknown layer, a unit out of range, a unit with itself or in two pairs.
        """
        group = self.group_of(layer)
        return {**self.identity(), group: permutations.swap(self.groups[group], pairs, layer)}

    def invert(self, perms: Mapping[str, Tensor]) -> Permutations:
        """Return the permutations that undo `perms`."""
        return wreath.invert(self.nested, self.checked(perms))

    def compose(self, first: Mapping[str, Tensor], second: Mapping[str, Tensor]) -> Permutations:
        """Return `first`, then `second` as one: apply(w, compose(p, q)) = apply(apply(w, p), q)."""
        return wreath.compose(self.nested, self.checked(first), self.checked(second))

    def apply(self, state: Mapping[str, Tensor], perms: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the permuted state as a new dict of new tensors of the same types and devices.

        Entries that the symmetry does not move are copied.

        Raises:
            ValueError: a tensor that is missing or of another shape, an unknown group, or no permutation.
        """
        return apply(state, self.axes, self.checked(perms))

    @cached_property
    def nested(self) -> list[Block]:
        """The blocks whose units have units of their own, as heads do."""
        return wreath.nested(axis for each in self.axes.values() for axis in each)

    def members(self, group: str) -> tuple[Member, ...]:
        """Return every (tensor, axis, is a consumer) that a group permutes.

        Raises:
            ValueError: an unknown group.
        """
        if group not in self.groups:
            raise ValueError(f"no group {group!r}; there are {', '.join(self.groups)}")
        return members_of(self.axes, self.consumers, group)

    def slices(self, layer: str, units: Iterable[int]) -> dict[str, Tensor]:
        """Return the state entries that belong to units of a layer: tensor -> bool mask that broadcasts to its shape.

        They are the units' own rows in all members of the group (weights, biases, normalisation) and the matching input
        channels of every consumer: outside them a swap of these units changes nothing.

        Raises:
            ValueError: an unknown layer or a unit out of range.
        """
        group = self.group_of(layer)
        return slices_of(self.axes, group, permutations.chosen(self.groups[group], units, layer))

    def group_of(self, layer: str) -> str:
        """Return the group of a layer's outputs; the name of a group stands for itself.

        Raises:
            ValueError: no layer of that name whose outputs can be permuted.
        """
        named = {group: group for group in self.groups} | self.layers
        if layer not in named:
            rest = [group for group in self.groups if group not in self.layers.values()]
            there = f"there are {', '.join([*self.layers, *rest])}" if named else "the network has none"
            raise ValueError(f"no layer {layer!r} whose outputs can be permuted; {there}")
        return named[layer]

    def checked(self, perms: Mapping[str, Tensor]) -> Permutations:
        """Return all groups' permutations on the CPU, the identity for a group that is missing.

        Raises:
            ValueError: an unknown group, or no permutation of a group's units.
        """
        for group in perms:
            if group not in self.groups:
                raise ValueError(f"no group {group!r}; there are {', '.join(self.groups)}")
        return {
            group: permutations.checked(perms[group], units, group) if group in perms else permutations.identity(units)
            for group, units in self.groups.items()
        }
