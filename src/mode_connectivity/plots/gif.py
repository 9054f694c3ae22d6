"""Writes frames as an animated GIF whose bytes repeat."""

from pathlib import Path

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
    for image in images:
        image.putpalette(colours.tobytes())
    first, *others = images
    durations = [round(1000 / fps)] * len(others) + [1000]
    with whole_file(path) as partial:
        first.save(partial, format="GIF", save_all=True, append_images=others, duration=durations, loop=0)
