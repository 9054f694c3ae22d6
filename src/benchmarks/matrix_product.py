"""Measures the machine's own rate, as that of a product of two square matrices."""

import torch
from torch import Tensor

from benchmarks.timing import Work, interleaved
from mode_connectivity.foundations.precision import Precision

SIZE = {"cpu": 2048, "cuda": 8192}
SMALL = 256  # where bf16 is emulated a product of the usual size takes a minute
DTYPES = {"fp32": torch.float32, "tf32": torch.float32, "bf16": torch.bfloat16}


def product(precision: str, device: torch.device, size: int | None = None) -> tuple[Work, float]:
    """Return a product in the given precision, to be timed, and its floating-point operations."""
    n = size or SIZE[device.type]
    left, right = (torch.randn(n, n, device=device).to(DTYPES[precision]) for _ in range(2))
    arithmetic = Precision(precision, device.type)

    def work() -> Tensor:
        with arithmetic.in_use():
            return left @ right

    return work, 2.0 * n**3


def precisions_that_pay(device: torch.device) -> list[str]:
    """Return fp32, and those of tf32 (on a GPU) and bf16 in which a product is not slower."""
    names = [precision for precision in DTYPES if precision != "tf32" or device.type == "cuda"]
    works = {precision: product(precision, device, SMALL if device.type == "cpu" else None)[0] for precision in names}
    seconds = interleaved(works)
    return [precision for precision in names if seconds[precision] <= seconds["fp32"]]
