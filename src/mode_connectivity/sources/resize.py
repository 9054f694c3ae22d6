"""Resizes every image to a square of three channels."""

import torch
from torch import Tensor
from torch.nn.functional import interpolate


def as_rgb(pixels: Tensor, image_size: int) -> Tensor:
    """Return uint8 (N, 1 or 3, H, W) as (N, 3, image_size, image_size), bilinear, antialiased where it shrinks."""
    if pixels.shape[-2:] != (image_size, image_size):
        resized = [
            interpolate(part.float(), size=(image_size, image_size), mode="bilinear", antialias=True)
            for part in pixels.split(4096)
        ]
        pixels = torch.cat([part.round().clamp(0, 255).to(torch.uint8) for part in resized])
    return pixels.expand(-1, 3, -1, -1).contiguous()
