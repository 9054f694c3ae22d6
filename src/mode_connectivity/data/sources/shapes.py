"""Draws ten shapes, white on black: a second source of images that needs no download."""

from collections.abc import Callable

import torch
from torch import Tensor

from mode_connectivity.data.sets.images import Dataset, Images
from mode_connectivity.data.sources.registry import Fingerprint, Request
from mode_connectivity.foundations.randomness import named_generator

PER_CLASS = {"train": 144, "test": 36}
FINER = 4  # every pixel is the mean of FINER x FINER samples

# Inside or outside, for coordinates x, y in units of the shape's radius.
SHAPES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "disc": lambda x, y: x**2 + y**2 < 1,
    "ring": lambda x, y: (x**2 + y**2 < 1) & (x**2 + y**2 > 0.3),
    "square": lambda x, y: torch.maximum(x.abs(), y.abs()) < 0.9,
    "frame": lambda x, y: (torch.maximum(x.abs(), y.abs()) < 0.9) & (torch.maximum(x.abs(), y.abs()) > 0.5),
    "triangle": lambda x, y: (y < 0.8) & (y > 1.8 * x.abs() - 1),
    "diamond": lambda x, y: x.abs() + y.abs() < 1,
    "plus": lambda x, y: (torch.minimum(x.abs(), y.abs()) < 0.28) & (torch.maximum(x.abs(), y.abs()) < 1),
    "cross": lambda x, y: (((x + y).abs() < 0.4) | ((x - y).abs() < 0.4)) & (torch.maximum(x.abs(), y.abs()) < 0.95),
    "rows": lambda x, y: (x.abs() < 0.95) & (((y + 1) * 2.5).floor() % 2 == 0) & (y.abs() < 1),
    "columns": lambda x, y: (y.abs() < 0.95) & (((x + 1) * 2.5).floor() % 2 == 0) & (x.abs() < 1),
}


def read(request: Request) -> Dataset:
    """Return 1,440 training and 360 test images of ten shapes whose size and place vary; drawn once and for all."""
    splits = []
    for split, count in PER_CLASS.items():
        generator = named_generator(0, f"shapes {split}")
        drawn = [_draw(inside, count, request.image_size, generator) for inside in SHAPES.values()]
        labels = torch.arange(len(SHAPES)).repeat_interleave(count)
        splits.append(Images(torch.cat(drawn), labels))
    train, test = splits
    return Dataset(train, test, tuple(SHAPES))


def contents(_: Request) -> Fingerprint:
    """Return nothing: our own code draws them."""
    return {}


def _draw(
    inside: Callable[[Tensor, Tensor], Tensor], count: int, image_size: int, generator: torch.Generator
) -> Tensor:
    """Draw uint8 (count, 3, image_size, image_size); a radius of a quarter to two fifths of the image, wholly in it."""
    radius = 0.25 + 0.15 * torch.rand(count, 1, 1, generator=generator)
    down, across = (radius + (1 - 2 * radius) * torch.rand(count, 1, 1, generator=generator) for _ in range(2))
    samples = (torch.arange(FINER * image_size) + 0.5) / (FINER * image_size)
    x, y = (samples[None, None, :] - across) / radius, (samples[None, :, None] - down) / radius
    fine = inside(*torch.broadcast_tensors(x, y)).float()
    grey: Tensor = fine.unflatten(2, (image_size, FINER)).unflatten(1, (image_size, FINER)).mean(dim=(2, 4))
    pixels = (255 * grey).round().to(torch.uint8)
    return pixels[:, None].expand(-1, 3, -1, -1).contiguous()
