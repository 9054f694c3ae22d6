"""Distances along a path and their animation, beside their plain forms."""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from PIL import Image

from benchmarks.setting import Setting
from benchmarks.timing import Row, interleaved
from mode_connectivity.geometry import layer_distances
from mode_connectivity.paths import Bezier
from mode_connectivity.plots.evolution import Evolution, evolution_frames
from mode_connectivity.plots.gif import save_gif

POINTS = 61


def distances(setting: Setting) -> list[Row]:
    start = setting.network().state_dict()
    states = [{name: torch.randn_like(tensor) for name, tensor in start.items()} for _ in range(3)]
    path, ts = Bezier(states), np.linspace(0, 1, POINTS)
    layers = layer_distances(path, [0.0]).layers

    def materialised() -> np.ndarray:
        found = []
        for t in ts:
            state = path.at(float(t))
            change = {name: (state[name].double() - states[0][name].double()) ** 2 for name in state}
            sums = [sum(float(change[f"{layer}.{part}"].sum()) for part in ("weight", "bias")) for layer in layers]
            found.append(np.sqrt(sums))
        return np.stack(found)

    worst = float(np.abs(layer_distances(path, ts).raw_l2 - (truth := materialised())).max() / truth.max())
    fast = interleaved({"ours": lambda: layer_distances(path, ts)}, setting.rounds)["ours"]
    slow = interleaved({"plain": materialised}, 1, warm=False)["plain"]
    return [
        Row("distances at 61 points, VGG16", f"{fast:.3f} s"),
        Row("  over materialising every point", f"{slow / fast:.0f}x", "100x", f"{slow:.1f} s"),
        Row("  largest relative difference", f"{worst:.0e}", "1e-6"),
    ]


def animation(setting: Setting) -> list[Row]:
    layers = [f"layer {k}" for k in range(16)]
    ts = np.linspace(0, 1, POINTS)
    heights = np.outer(4 * ts * (1 - ts), np.arange(1, 17))
    evolution = Evolution(layers, ts, heights, layers[3], "distance", "benchmark")
    with tempfile.TemporaryDirectory() as folder:
        fast_file, slow_file = Path(folder) / "ours.gif", Path(folder) / "plain.gif"

        def redrawn() -> None:
            frames = []
            for t, bars in zip(ts, heights, strict=True):
                figure, axes = plt.subplots(figsize=(8, 4.5))
                axes.bar(layers, bars)
                axes.set_title(f"t = {t:.2f}")
                axes.set_ylim(0, heights.max())
                axes.tick_params(axis="x", rotation=45)
                figure.savefig(Path(folder) / "frame.png")
                plt.close(figure)
                frames.append(Image.open(Path(folder) / "frame.png").convert("P", palette=Image.Palette.ADAPTIVE))
            frames[0].save(slow_file, save_all=True, append_images=frames[1:], duration=100, loop=0)

        fast = interleaved({"ours": lambda: save_gif(evolution_frames(evolution), fast_file, 10)}, setting.rounds)[
            "ours"
        ]
        slow = interleaved({"plain": redrawn}, 1, warm=False)["plain"]
        size = fast_file.stat().st_size
    return [
        Row("GIF of 61 frames", f"{fast:.2f} s", "2 s"),
        Row("  over redrawing every frame", f"{slow / fast:.0f}x", "20x", f"{slow:.1f} s"),
        Row("  size", f"{size / 1e6:.2f} MB", "1 MB"),
    ]
