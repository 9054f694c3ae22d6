"""Dims pixels and adds noise to them, which makes an easy data set harder."""

import torch
from torch import Tensor

from mode_connectivity.foundations.randomness import named_generator


def add_noise(pixels: Tensor, sigma: float, seed: int, split: str) -> Tensor:
    """Return a new uint8 tensor with Gaussian noise added and clipped to the range; `pixels` uint8 (N, 3, H, W).

    The standard deviation is `sigma` in units of the full range; all three channels share one channel's noise. It is
    drawn once per image: the noise is data, not augmentation.
    """
    if sigma == 0:
        return pixels
    generator = named_generator(seed, f"noise {split}")
    noisy = []
    for part in pixels.split(4096):
        noise = torch.randn((len(part), 1, *part.shape[2:]), generator=generator)
        noisy.append((part + 255 * sigma * noise).round().clamp(0, 255).to(torch.uint8))
    return torch.cat(noisy)


def dim(pixels: Tensor, factor: float) -> Tensor:
    """Return a new uint8 tensor of `factor` times the values, rounded; `factor` in [0, 1]."""
    return torch.cat([(part * factor).round().to(torch.uint8) for part in pixels.split(4096)])
