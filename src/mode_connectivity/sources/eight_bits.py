"""Turns an image of any mode into RGB of eight bits a channel."""

import numpy as np
from PIL import Image

from mode_connectivity.datasets.images import DatasetError

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
