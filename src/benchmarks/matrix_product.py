"""The machine's own rate: a product of two square matrices."""

import torch

from benchmarks.timing import Work

SIZE = {"cpu": 2048, "cuda": 8192}
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


def product(precision: str, device: torch.device) -> tuple[Work, float]:
    """A product in the given precision, and its floating-point operations."""
    size = SIZE[device.type]
    left, right = (torch.randn(size, size, device=device).to(DTYPES[precision]) for _ in range(2))
    return lambda: left @ right, 2.0 * size**3
