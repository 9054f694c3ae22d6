"""Frames as an animated GIF whose bytes repeat."""

from pathlib import Path

import imageio.v3 as imageio
import numpy as np
from numpy.typing import NDArray

from mode_connectivity.atomic import whole_file


def save_gif(frames: NDArray[np.uint8], path: Path, fps: int) -> None:
    """Write (T, H, W, 3) uint8 frames; the animation repeats for ever and rests one second on its last frame."""
    durations = [round(1000 / fps)] * (len(frames) - 1) + [1000]
    with whole_file(path) as partial:
        imageio.imwrite(partial, frames, extension=".gif", plugin="pillow", duration=durations, loop=0)
