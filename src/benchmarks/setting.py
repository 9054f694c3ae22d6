"""What all rows share: the network, random images of CIFAR's shape, and the machine's own rate."""

import platform
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import torch
from torch import nn

from mode_connectivity.datasets import Augmentation, Images, Scaling, TrainingBatches
from mode_connectivity.models import build
from mode_connectivity.precision import Precision

BATCH = 128
CLASSES = 10


@dataclass(frozen=True)
class Setting:
    device: str
    precision: str
    batches: int
    rounds: int
    seeds: int

    def network(self, name: str = "vgg16") -> nn.Module:
        torch.manual_seed(0)
        return build(name, num_classes=CLASSES).to(self.device)

    def images(self) -> Images:
        draws = torch.Generator().manual_seed(0)
        count = self.batches * BATCH
        pixels = torch.randint(256, (count, 3, 32, 32), dtype=torch.uint8, generator=draws)
        return Images(pixels, torch.arange(count) % CLASSES).to(self.device)

    def training(self, images: Images) -> TrainingBatches:
        draws = torch.Generator().manual_seed(0)
        return TrainingBatches(images, BATCH, Scaling.of(images), Augmentation(4, flip=True), draws, draws)

    def arithmetic(self) -> Precision:
        return Precision(self.precision, self.device)

    def settle(self) -> None:
        """Wait for the work on a GPU, which is only begun when a call returns."""
        if self.device == "cuda":
            torch.cuda.synchronize()

    def machine(self) -> str:
        threads = f"{torch.get_num_threads()} threads" if self.device == "cpu" else "one GPU"
        return f"{_name(self.device)}, {threads}, {self.precision}, torch {torch.__version__}"


def product_rate(setting: Setting, size: int = 2048) -> float:
    """Operations a second of a square matrix product in the precision of the setting, the median of nine."""
    dtype = torch.bfloat16 if setting.precision == "bf16" else torch.float32
    a, b = (torch.randn(size, size, device=setting.device, dtype=dtype) for _ in range(2))
    seconds = []
    for _ in range(10):
        started = perf_counter()
        torch.mm(a, b)
        setting.settle()
        seconds.append(perf_counter() - started)
    return 2 * size**3 / median(seconds[1:])


def _name(device: str) -> str:
    if device == "cuda":
        return torch.cuda.get_device_name()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
