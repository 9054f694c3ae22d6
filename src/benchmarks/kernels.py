"""Counts what a piece of work asks of the device: dispatched operations, but for views and new memory."""

from collections import Counter
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

aten = torch.ops.aten
NO_KERNEL = {aten.empty, aten.empty_like, aten.empty_strided, aten.new_empty, aten.new_empty_strided, aten.detach}


class Kernels(TorchDispatchMode):
    """While open, `count` holds how often each operation was dispatched that runs a kernel, on whatever device.

    A list of tensors that an operation takes at once counts once. Some operations run more than one kernel.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.count = Counter[str]()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if not func.is_view and func.overloadpacket not in NO_KERNEL:
            self.count[str(func.overloadpacket)] += 1
        return func(*args, **(kwargs or {}))
