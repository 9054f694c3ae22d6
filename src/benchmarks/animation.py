"""Compares an animation of 61 frames that redraws only what moves with one that makes a new figure for each frame."""

import io
from pathlib import Path
from typing import Any

import imageio.v2 as imageio
import numpy as np
from matplotlib import pyplot

from benchmarks.setting import Setting
from benchmarks.table import Row, times
from benchmarks.timing import interleaved
from mode_connectivity.plots.animation import Evolution, evolution_frames, save_gif

FRAMES, LAYERS, FPS = 61, 16, 10


def measure(setting: Setting) -> list[Row]:
    """Return the seconds and the file sizes of both animations, of sixteen layers as in VGG16."""
    ts = np.linspace(0, 1, FRAMES)
    distances = np.outer(np.sin(np.pi * ts), np.linspace(1, 2, LAYERS))
    layers = [f"features.{k}" for k in range(LAYERS)]
    evolution = Evolution(layers, ts, distances, layers[5], "Distance along the curve")
    mine, other = setting.scratch / "ours.gif", setting.scratch / "redrawn.gif"
    contenders = {
        "ours": lambda: save_gif(evolution_frames(evolution), mine, FPS),
        "redrawn": lambda: redraw(evolution, other),
    }
    seconds = interleaved(contenders, setting.rounds, warm_up=False)
    ours, theirs = seconds["ours"], seconds["redrawn"]
    return [
        Row(f"GIF of {FRAMES} frames", ours, "s", "a figure a frame", theirs, times(theirs, ours), ">= 20 x, <= 2 s"),
        Row("its size", mine.stat().st_size / 1e6, "MB", "", other.stat().st_size / 1e6, "", "<= 1 MB"),
    ]


def redraw(evolution: Evolution, path: Path) -> None:
    """Write the animation from a new figure for each frame, of the same size, written as PNG and read back."""
    frames: list[Any] = []
    for t, heights in zip(evolution.ts, evolution.distances, strict=True):
        figure, axes = pyplot.subplots(figsize=(8, 4.5), dpi=100)
        colours = ["red" if layer == evolution.swapped else "tab:blue" for layer in evolution.layers]
        axes.bar(range(len(heights)), heights, color=colours)
        axes.set_xticks(range(len(heights)), evolution.layers, rotation=45, ha="right", fontsize=8)
        axes.set_ylim(0, 1.15 * float(evolution.distances.max()))
        axes.set_ylabel(evolution.quantity)
        axes.set_title(f"t = {t:.2f}")
        figure.tight_layout()
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png")
        pyplot.close(figure)
        frames.append(imageio.imread(buffer.getvalue()))
    imageio.mimsave(path, frames, duration=1000 / FPS)
