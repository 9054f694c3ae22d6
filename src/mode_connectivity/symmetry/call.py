"""Describes one ATen operation with its arguments and results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves


@dataclass(frozen=True)
class Call:
    """Holds one ATen operation with its arguments by the names of its schema, and what it returned."""

    name: str
    tags: frozenset[torch.Tag]
    mutates: bool
    arguments: dict[str, Any]
    stride: tuple[int, ...]  # of the first operand, before the call
    result: Any = None

    @classmethod
    def of(cls, func: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Call:
        schema = func._schema
        arguments = {argument.name: argument.default_value for argument in schema.arguments}
        arguments.update(zip(arguments, args, strict=False))
        arguments.update(kwargs)
        return cls(
            name=schema.name.removeprefix("aten::") + ("." + schema.overload_name if schema.overload_name else ""),
            tags=frozenset(func.tags),
            mutates=schema.is_mutable,
            arguments=arguments,
            stride=next((leaf.stride() for leaf in args if isinstance(leaf, Tensor)), ()),
        )

    @property
    def operation(self) -> str:
        """Return the name without overload and without the underscore of the in-place form."""
        base = self.name.split(".")[0]
        return base.removesuffix("_") if self.mutates else base

    @property
    def operands(self) -> list[Tensor]:
        return [leaf for leaf in tree_leaves(self.arguments) if isinstance(leaf, Tensor)]

    @property
    def results(self) -> list[Tensor]:
        return [leaf for leaf in tree_leaves(self.result) if isinstance(leaf, Tensor)]

    @property
    def depends_on_values(self) -> bool:
        """Return whether Python learns a value or a shape that depends on values; an index by number does not tell."""
        if self.operation == "index":
            return any(index is not None and index.dtype == torch.bool for index in self["indices"])
        return bool(self.tags & {torch.Tag.data_dependent_output, torch.Tag.dynamic_output_shape})

    def __getitem__(self, name: str) -> Any:
        return self.arguments[name]

    def get(self, name: str) -> Any:
        return self.arguments.get(name)
