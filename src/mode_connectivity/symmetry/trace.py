"""Traces a forward pass: every tensor that depends on the model or its input carries labels of its axes along.

The pass runs below `torch.nn` and autograd, where any Python control flow has dissolved into a small set of ATen
operations; each has a rule that says how its result moves when its operands' axes are permuted. Only what the
example input runs through is seen, so a forward pass that branches on tensor values is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from mode_connectivity.symmetry.axes import Axis, fixed, size_of
from mode_connectivity.symmetry.call import Call
from mode_connectivity.symmetry.labels import Label, Labels, plain, together
from mode_connectivity.symmetry.slots import Slots
from mode_connectivity.symmetry.unsupported import UnsupportedModule

# New tensors of equal entries, or of entries that are written before they are read.
UNIFORM = {f"{prefix}{kind}" for kind in ("zeros", "ones", "full", "empty") for prefix in ("", "new_")}
UNIFORM |= {f"{kind}_like" for kind in ("zeros", "ones", "full", "empty")}
ADDS_ENTRIES = {"constant_pad_nd", "expand"}  # which may move though the operand's do not

# A rule ties what must move together and returns the labels of the results; results without labels are refused if used.
Rule = Callable[["Trace", Call], Sequence[Labels]]


class Trace(TorchDispatchMode):
    """Records labels of every tensor of one forward pass, over one set of slots."""

    def __init__(self, rule_of: Callable[[Call], Rule | None]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.slots = Slots()
        self.rule_of = rule_of
        self.known: dict[int, tuple[Tensor, Labels | None]] = {}  # the tensor is held so that its id stays its own
        self.layers: dict[str, Axis] = {}  # tensor name of a contracted weight -> axis of its outputs, as they ran
        self.consumed: set[tuple[str, int]] = set()
        self.read: set[int] = set()  # ids of known tensors that were operands
        self.constant: set[int] = set()  # addresses of memory that neither the state nor the input has reached
        self.place: Callable[[], str] = lambda: "the model"

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Return False: torch would import its compiler, for seconds, only to keep it away from this mode."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        call = Call.of(func, args, kwargs or {})
        result = func(*args, **(kwargs or {}))
        self._follow(replace(call, result=result))
        return result

    def label(self, tensor: Tensor, labels: Labels) -> None:
        self.known[id(tensor)] = (tensor, labels)

    def labels(self, tensor: Tensor) -> Labels:
        """Return labels that do not depend on each other, tying what did."""
        return plain(self.slots, self.fibred(tensor))

    def fibred(self, tensor: Tensor) -> Labels:
        """Return the labels of a tensor; constants are fixed, and an axis of one entry is always fixed."""
        _, labels = self.known.get(id(tensor), (tensor, tuple(Label(fixed(size)) for size in tensor.shape)))
        if labels is None:
            raise self.refusal("a result whose axes are not followed")
        return labels

    def tie(self, labels: Sequence[Label]) -> Label:
        """Return one label for axes that move together."""
        first, *rest = labels
        for label in rest:
            self.slots.tie(first.axis, label.axis)
        return first if all(label.source for label in rest) else first.computed()

    def pin(self, labels: Sequence[Label]) -> None:
        for label in labels:
            for axis in label.axes:
                self.slots.pin(axis)

    def consume(self, label: Label) -> None:
        if label.source:
            self.consumed.add(label.source)

    def refusal(self, what: str) -> UnsupportedModule:
        return UnsupportedModule(f"cannot follow {what} in {self.place()}")

    def _is_fixed(self, tensor: Tensor) -> bool:
        return all(self.slots.is_fixed(axis) for label in self.fibred(tensor) for axis in label.axes)

    def _follow(self, call: Call) -> None:
        if call.operation in UNIFORM:
            # Equal entries may be permuted in any way, and so with whatever they are added to or written over.
            self.label(call.result, tuple(Label(self.slots.fresh(size)) for size in call.result.shape))
            self.constant.add(_memory(call.result))
            return
        operands = [tensor for tensor in call.operands if id(tensor) in self.known]
        if not operands:
            return
        self.read.update(map(id, operands))
        constant = all(_memory(tensor) in self.constant for tensor in operands)
        (self.constant.update if constant else self.constant.difference_update)(map(_memory, call.results))
        if call.depends_on_values and not constant:
            raise self.refusal(f"aten.{call.name}, by which the pass depends on values,")
        free = [t for t in operands if not self._is_fixed(t)]
        if free and torch.Tag.nondeterministic_seeded in call.tags:
            raise self.refusal(f"aten.{call.name}, which is random in eval mode,")
        rule = self._rule(call, free, constant)
        overwrites = call.mutates and torch.Tag.inplace_view not in call.tags
        before = [self.fibred(tensor) for tensor in call.results] if overwrites else []
        try:
            results = list(rule(self, call))
        except UnsupportedModule:
            raise
        except (AssertionError, LookupError, TypeError, ValueError) as error:
            raise self.refusal(f"this use of aten.{call.name}") from error
        for place, tensor in enumerate(call.results):
            labels = results[place] if place < len(results) else None
            if labels is not None and tuple(size_of(label.axis) for label in labels) != tuple(tensor.shape):
                raise self.refusal(f"the shape that aten.{call.name} gives")
            if overwrites and labels is not None:
                # Other views of the same memory keep their labels, so the new contents must move as the old did.
                labels = together(self.slots, [before[place], labels])
            self.known[id(tensor)] = (tensor, labels)

    def _rule(self, call: Call, free: Sequence[Tensor], constant: bool) -> Rule:
        """Return the rule that follows a call; `free` are the operands that move."""
        rule = self.rule_of(call) if free or call.operation in ADDS_ENTRIES else _nothing_moves
        if rule is None and constant:
            for tensor in free:
                self.pin(self.labels(tensor))
            return _nothing_moves
        if rule is None:
            raise self.refusal(f"aten.{call.name}")
        return rule


def _memory(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


def _nothing_moves(trace: Trace, call: Call) -> Sequence[Labels]:
    return [tuple(Label(fixed(size)) for size in tensor.shape) for tensor in call.results]
