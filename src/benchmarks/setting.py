"""Defines what all measurements share: the device, the repetitions, and images and networks of the usual size."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from mode_connectivity.data.sets import Augmentation, Images, Scaling, TrainingBatches
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.models import build
from mode_connectivity.paths import Bezier

BATCH = 128
CROP_PADDING = 4
CLASSES = 10


@dataclass(frozen=True)
class Setting:
    """Holds the device, `rounds` of each measurement, `seeds` planted permutations, and `scratch`, a folder to fill."""

    device: torch.device
    rounds: int
    seeds: int
    scratch: Path

    @property
    def name(self) -> str:
        """Return the kind of the device, "cpu" or "cuda"."""
        return self.device.type


def images_of(count: int, device: torch.device) -> Images:
    """Return `count` random images of the shape of CIFAR-10."""
    generator = named_generator(0, "benchmark images")
    pixels = torch.randint(256, (count, 3, 32, 32), dtype=torch.uint8, generator=generator)
    return Images(pixels, torch.arange(count) % CLASSES).to(device)


def batches_of(images: Images, batch_size: int = BATCH) -> TrainingBatches:
    """Return batches augmented as is usual for CIFAR-10: a random crop from four pixels of padding, and a flip."""
    order, draws = named_generator(0, "benchmark order"), named_generator(0, "benchmark augmentation")
    augmentation = Augmentation(crop_padding=CROP_PADDING, flip=True)
    return TrainingBatches(images, batch_size, Scaling.of(images), augmentation, order, draws)


def controls_of(name: str, device: torch.device, count: int = 3) -> list[dict[str, Tensor]]:
    """Return the weights of `count` networks, each initialised from a seed of its own."""
    states = []
    for seed in range(count):
        torch.manual_seed(seed)
        states.append(build(name, num_classes=CLASSES).to(device).state_dict())
    return states


def curve_of(name: str, device: torch.device) -> Bezier:
    """Return a quadratic curve whose control points are three differently initialised networks."""
    return Bezier(controls_of(name, device))
