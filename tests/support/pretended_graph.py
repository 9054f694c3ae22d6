"""A CUDA graph that is pretended: it records operations without their effects, and repeats them on the same memory."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves

Call = tuple[Any, Any, Any, list[Tensor]]


class Recording:
    """Holds `calls`, and the memory from before the recording that they touched, as it was."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._before: dict[int, tuple[torch.UntypedStorage, torch.UntypedStorage]] = {}
        self._made: set[int] = set()

    def before(self, args: Any, kwargs: Any) -> None:
        """Keep what an operation may write."""
        for tensor in _tensors((args, kwargs)):
            memory = tensor.untyped_storage()
            if memory.data_ptr() not in self._made | self._before.keys():
                self._before[memory.data_ptr()] = memory, memory.clone()

    def after(self, func: Any, args: Any, kwargs: Any, results: Any) -> None:
        """Remember an operation, with the results that it made anew."""
        given = {tensor.untyped_storage().data_ptr() for tensor in _tensors((args, kwargs))}
        made = [tensor for tensor in _tensors(results) if tensor.untyped_storage().data_ptr() not in given]
        self._made |= {tensor.untyped_storage().data_ptr() for tensor in made}
        self.calls.append((func, args, kwargs, made))

    def undo(self) -> None:
        """Bring back the memory that was there before."""
        for memory, kept in self._before.values():
            memory.copy_(kept)

    def replay(self, numbers: Callable[[Any], AbstractContextManager[object]]) -> None:
        """Run everything again where it ran; `numbers` is the context in which an operation draws its own."""
        for func, args, kwargs, made in self.calls:
            if func.is_view:
                continue
            with numbers(func):
                results = func(*args, **kwargs)
            given = {tensor.untyped_storage().data_ptr() for tensor in _tensors((args, kwargs))}
            fresh = [tensor for tensor in _tensors(results) if tensor.untyped_storage().data_ptr() not in given]
            for place, tensor in zip(made, fresh, strict=True):
                place.copy_(tensor)


def _tensors(values: Any) -> list[Tensor]:
    return [each for each in tree_leaves(values) if isinstance(each, Tensor)]
