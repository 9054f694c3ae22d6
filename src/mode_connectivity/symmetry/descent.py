"""Runs one descent of weight matching, from a start to where no group can be matched better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from mode_connectivity.symmetry import permutations
from mode_connectivity.symmetry.apply import apply
from mode_connectivity.symmetry.assignment import TOLERANCE, assign, assign_group
from mode_connectivity.symmetry.axes import Axis, Block, offsets
from mode_connectivity.symmetry.wreath import compose, nested, residents

VISITS = 100  # of each group on average; a descent ends long before


@dataclass(frozen=True)
class Descent:
    """Holds the two sets of parameters, and the axes of each; `tensors`: group -> the tensors that it moves.

    Groups that travel with units of another one are matched along with it, and are not in `tensors`.
    """

    axes: dict[str, tuple[Axis, ...]]
    reference: dict[str, Tensor]
    other: dict[str, Tensor]
    tensors: dict[str, list[str]]
    nested: list[Block]

    @classmethod
    def between(
        cls, axes: dict[str, tuple[Axis, ...]], reference: Mapping[str, Tensor], other: Mapping[str, Tensor]
    ) -> Descent:
        """Compare the tensors of `axes`, in at least single precision and on the reference's devices.

        Raises:
            ValueError: a tensor that is missing or of another shape.
        """
        every = [axis for each in axes.values() for axis in each]
        tensors: dict[str, list[str]] = {group: [] for group in residents(every)}
        for name, each in axes.items():
            for group in dict.fromkeys(str(block.group) for axis in each for _, block in offsets(axis)):
                if group in tensors:
                    tensors[group].append(name)
        fixed, moving = (apply({k: state[k] for k in axes if k in state}, axes, {}) for state in (reference, other))
        for name, tensor in fixed.items():
            precision = torch.promote_types(tensor.dtype, torch.float32)
            fixed[name] = tensor.detach().to(precision)
            moving[name] = moving[name].detach().to(fixed[name])
        return cls(axes, fixed, moving, tensors, nested(every))

    def agreement(self, moved: Mapping[str, Tensor]) -> float:
        """Return sum_k <reference_k, moved_k>."""
        return sum(float((self.reference[name] * moved[name]).sum(dtype=torch.float64)) for name in moved)

    @property
    def is_exact(self) -> bool:
        """Whether one visit of each group finds the best of all: no two share a tensor, and all are linear.

        The agreement is then a sum of terms with one group each, and each term's assignment is solved exactly.
        """
        every = [name for names in self.tensors.values() for name in names]
        return not self.nested and len(set(every)) == len(every) and all(map(self._is_linear, self.tensors))

    def run(
        self, start: Mapping[str, Tensor], generator: torch.Generator
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Return the permutations reached from `start`, and the parameters of `other` so moved."""
        perms, moved = dict(start), apply(self.other, self.axes, start)
        open_groups = set(self.tensors)
        for _ in range(VISITS):
            order = [group for group in self.tensors if group in open_groups]
            for place in permutations.random(len(order), generator).tolist():
                group = order[place]
                open_groups.discard(group)
                better = self.improvement(group, moved)
                if better is None:
                    continue
                perms = compose(self.nested, perms, better)
                moved |= self._with(moved, group, better)
                open_groups |= self._neighbours(group)
            if not open_groups:
                break
        return perms, moved

    def improvement(self, group: str, moved: Mapping[str, Tensor]) -> dict[str, Tensor] | None:
        """Return a permutation of one group, with what travels with its units, on top of what is moved already.

        None where none agrees better.
        """
        if any(each.group == group for block in self.nested for _, each in offsets((block,)) if each.within):
            places = self._places(group, moved)
            better, gain = assign_group(group, places)
            least = TOLERANCE * sum(float(each.diagonal().abs().sum()) for _, each in places)
        else:
            similarity = self.similarity(group, moved)
            perm = assign(similarity)
            better = {group: perm}
            gain = float(similarity.cpu().gather(1, perm[:, None]).sum() - similarity.trace().cpu())
            least = TOLERANCE * float(similarity.diagonal().abs().sum())
        if gain <= least:
            return None
        if self._is_linear(group):
            return better
        names = self.tensors[group]
        gain = self.agreement(self._with(moved, group, better)) - self.agreement({name: moved[name] for name in names})
        return better if gain > 0 else None

    def _places(self, group: str, moved: Mapping[str, Tensor]) -> list[tuple[Axis, Tensor]]:
        """Return every block of a group with the similarity of its entries, <row k of reference, row l of moved>."""
        places: list[tuple[Axis, Tensor]] = []
        for name in self.tensors[group]:
            for dim, axis in enumerate(self.axes[name]):
                for start, block in offsets(axis):
                    if block.group == group:
                        left, right = (
                            tensor.narrow(dim, start, block.size).movedim(dim, 0).reshape(block.size, -1)
                            for tensor in (self.reference[name], moved[name])
                        )
                        places.append(((block,), (left @ right.T).double()))
        return places

    def similarity(self, group: str, moved: Mapping[str, Tensor]) -> Tensor:
        """Return S[u, v] = sum over the group's axes of <row u of reference, row v of moved>.

        Float64 (units, units).
        """
        total: Tensor | None = None
        for name in self.tensors.get(group, self.axes):
            for dim, axis in enumerate(self.axes[name]):
                for start, block in offsets(axis):
                    if block.group == group:
                        rows = (
                            tensor.narrow(dim, start, block.size).movedim(dim, 0).reshape(block.units, -1)
                            for tensor in (self.reference[name], moved[name])
                        )
                        left, right = rows
                        product = (left @ right.T).double()
                        total = product if total is None else total + product
        assert total is not None
        return total

    def _with(self, moved: Mapping[str, Tensor], group: str, better: Mapping[str, Tensor]) -> dict[str, Tensor]:
        names = self.tensors[group]
        return apply({name: moved[name] for name in names}, {name: self.axes[name] for name in names}, better)

    def _neighbours(self, group: str) -> set[str]:
        """Return the groups that share a tensor with a group; itself too where a tensor has it on two axes."""
        names = set(self.tensors[group])
        near = {other for other, tensors in self.tensors.items() if not names.isdisjoint(tensors)}
        return near if not self._is_linear(group) else near - {group}

    def _is_linear(self, group: str) -> bool:
        """Return whether no tensor has the group on two axes, so that the agreement is linear in its permutation."""
        return not any(
            sum(any(block.group == group for _, block in offsets(axis)) for axis in self.axes[name]) > 1
            for name in self.tensors[group]
        )
