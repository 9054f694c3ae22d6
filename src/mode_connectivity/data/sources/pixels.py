"""Brings images of any mode and size to eight-bit RGB, and fingerprints files."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

from mode_connectivity.data.sets.images import DatasetError
from mode_connectivity.data.sources.registry import Fingerprint

WIDE = ("I;16", "I;16B", "I;16L", "I;16N")
WIDE_FORMATS = ("PNG", "PPM")  # whose 32-bit mode holds values of 16 bits


def as_eight_bits(image: Image.Image, file_format: str | None) -> Image.Image:
    """Return `image` as RGB: 16 bits are divided by 257, floats in [0, 1] times 255, what is transparent lies on black.

    Raises:
        DatasetError: values whose range is not known: other floats, integers of 32 bits.
    """
    if image.mode in WIDE or (image.mode == "I" and file_format in WIDE_FORMATS):
        values = np.asarray(image).astype(np.float64) / 257
    elif image.mode == "F":
        values = np.asarray(image).astype(np.float64) * 255
    elif image.mode == "I":
        raise DatasetError("integers of 32 bits have no known range; store 8 or 16 bits")
    elif image.has_transparency_data:
        rgba = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", rgba.size, (0, 0, 0, 255)), rgba).convert("RGB")
    else:
        return image.convert("RGB")
    if not ((values >= 0) & (values <= 255)).all():
        raise DatasetError("numbers outside [0, 1] in an image of floats; store 8 or 16 bits, or scale them")
    return Image.fromarray(np.round(values).astype(np.uint8)).convert("RGB")


def as_rgb(pixels: Tensor, image_size: int) -> Tensor:
    """Return uint8 (N, 1 or 3, H, W) as (N, 3, image_size, image_size), bilinear, antialiased where it shrinks."""
    if pixels.shape[-2:] != (image_size, image_size):
        resized = [
            interpolate(part.float(), size=(image_size, image_size), mode="bilinear", antialias=True)
            for part in pixels.split(4096)
        ]
        pixels = torch.cat([part.round().clamp(0, 255).to(torch.uint8) for part in resized])
    return pixels.expand(-1, 3, -1, -1).contiguous()


def fingerprint(root: Path, files: Iterable[Path]) -> Fingerprint:
    """Return the number of files, their bytes, and SHA-256 over each file's path below `root`, length and content.

    It changes when the data change and not when they move.
    """
    digest = hashlib.sha256()
    count = size = 0
    for path in files:
        content = path.read_bytes()
        digest.update(os.fsencode(path.relative_to(root).as_posix()) + f"\0{len(content)}\0".encode())
        digest.update(content)
        count += 1
        size += len(content)
    return {"files": count, "bytes": size, "sha256": digest.hexdigest()}
