"""Resolves and pins the device, and brings tensors to it without a wait of the host."""

import os
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


def resolved_device(asked: str) -> str:
    """Return "cpu" or "cuda" for a device of the params; `auto` is cuda where torch finds one."""
    if asked != "auto":
        return asked
    return "cuda" if torch.cuda.is_available() else "cpu"


def pin(device: str, threads: int) -> torch.device:
    """Set the number of threads and, on a GPU, deterministic kernels alone; return the device."""
    torch.set_num_threads(threads)
    if device == "cpu":
        # On a CPU results repeat to the bit without the calls below, which would import for two seconds.
        return torch.device("cpu")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    # Filling new memory with NaN only shows programs that read it, and costs a kernel a tensor.
    deterministic: Any = torch.utils.deterministic
    deterministic.fill_uninitialized_memory = False
    return torch.device(device)


def sent(tensor: Tensor, device: torch.device) -> Tensor:
    """Return `tensor` on `device`; to a GPU it goes from pinned memory, so that the host does not wait for the copy."""
    if device.type != "cuda" or tensor.device.type != "cpu":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)


def refill(place: Tensor, values: Sequence[float]) -> None:
    """Write numbers of the host into a tensor (K,) that stays where it is; on a GPU the host does not wait."""
    given = torch.tensor(values, dtype=place.dtype)
    place.copy_(given.pin_memory() if place.is_cuda else given, non_blocking=place.is_cuda)
