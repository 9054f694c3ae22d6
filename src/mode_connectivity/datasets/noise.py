"""Dimmer pixels and pixel noise, which make an easy data set harder."""

import torch
from torch import Tensor

from mode_connectivity.foundations.randomness import named_generator


def add_noise(pixels: Tensor, sigma: float, seed: int, split: str) -> Tensor:
    """Gaussian noise of standard deviation `sigma` in units of the full range, one channel's worth shared by all three,
    clipped to the range. uint8 (N, 3, H, W) -> a new uint8 tensor. Drawn once per image: the noise is data, not
    augmentation."""
    if sigma == 0:
        return pixels
    generator = named_generator(seed, f"noise {split}")
    noisy = []
    for part in pixels.split(4096):
        noise = torch.randn((len(part), 1, *part.shape[2:]), generator=generator)
        noisy.append((part + 255 * sigma * noise).round().clamp(0, 255).to(torch.uint8))
    return torch.cat(noisy)


def dim(pixels: Tensor, factor: float) -> Tensor:
    """uint8 -> a new uint8 tensor of `factor` times the values, rounded; `factor` in [0, 1]."""
    return torch.cat([(part * factor).round().to(torch.uint8) for part in pixels.split(4096)])
