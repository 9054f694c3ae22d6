"""Writes frames as an animated GIF whose bytes repeat."""

from pathlib import Path

import imageio.v3 as imageio
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mode_connectivity.foundations.atomic import whole_file

Bytes = NDArray[np.uint8]


def save_gif(frames: Bytes, path: Path, fps: int) -> None:
    """Write (T, H, W, 3) uint8 frames; the animation repeats for ever and rests one second on its last frame.

    All frames share one palette, sought once in every second pixel of the first, the middle and the last of them:
    figures hold few colours, and seeking a palette for each frame would take most of the time. What grows and vanishes
    again shows its colour in the middle alone.
    """
    sampled = frames[[0, len(frames) // 2, -1], ::2, ::2]
    palette = Image.fromarray(sampled.reshape(-1, *sampled.shape[2:])).quantize(256)
    images = [Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    # The nearest colour is sought in steps of four, which leaves paper grey; the corner shows what its colour was.
    colours = np.array(palette.getpalette(), dtype=np.uint8).reshape(-1, 3)
    colours[np.asarray(images[0])[0, 0]] = frames[0, 0, 0]
    indices = np.stack([np.asarray(image) for image in images])
    with whole_file(path) as partial:
        imageio.imwrite(
            partial,
            indices,
            plugin="pillow",
            extension=".gif",
            mode="P",
            palette=colours.tobytes(),
            duration=[round(1000 / fps)] * (len(frames) - 1) + [1000],
            loop=0,
        )
