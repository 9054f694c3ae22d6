"""Measures the machine's own rate, as that of a product of two square matrices."""

import torch

from benchmarks.timing import Work, interleaved

SIZE = {"cpu": 2048, "cuda": 8192}
SMALL = 256  # where bf16 is emulated a product of the usual size takes a minute
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


def product(precision: str, device: torch.device, size: int | None = None) -> tuple[Work, float]:
    """Return a product in the given precision, to be timed, and its floating-point operations."""
    n = size or SIZE[device.type]
    left, right = (torch.randn(n, n, device=device).to(DTYPES[precision]) for _ in range(2))
    return lambda: left @ right, 2.0 * n**3


def precisions_that_pay(device: torch.device) -> list[str]:
    """Return fp32, and bf16 where a product in it is not slower."""
    works = {precision: product(precision, device, SMALL)[0] for precision in DTYPES}
    seconds = interleaved(works)
    return [precision for precision in DTYPES if seconds[precision] <= seconds["fp32"]]
