"""Draws an animation of a path and its heatmap: how far each layer lies from where the path starts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import imageio.v3 as imageio
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from PIL import Image

from mode_connectivity.foundations.atomic import whole_file
from mode_connectivity.plots.style import BLUE, PURPLE, RED, new_figure, tidy

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Evolution:
    """Holds (T, L) distances of `layers` at `ts` and what they measure.

    The swapped layer is drawn in vermilion, the layers that read it in purple, all others in blue.
    """

    layers: Sequence[str]
    ts: Floats
    distances: Floats
    swapped: str | None
    quantity: str
    readers: Sequence[str] = ()

    @property
    def colours(self) -> list[str]:
        """Return the colour of each layer."""
        marked = dict.fromkeys(self.readers, PURPLE) | ({} if self.swapped is None else {self.swapped: RED})
        return [marked.get(layer, BLUE) for layer in self.layers]


def evolution_frames(evolution: Evolution) -> NDArray[np.uint8]:
    """Return (T, H, W, 3) frames, one for each t.

    Only what moves is drawn again: the axes are rendered once and the bars and the reading of t laid over them.
    """
    figure = new_figure(8, 4.5)
    axes = figure.add_subplot()
    bars = PolyCollection([], facecolors=evolution.colours, animated=True)  # all of them in one call, unlike `axes.bar`
    axes.add_collection(bars)
    reading = axes.text(0.99, 0.97, "", transform=axes.transAxes, ha="right", va="top", fontsize=13, animated=True)
    _label(axes, evolution)
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    canvas.draw()
    background = canvas.copy_from_bbox(figure.bbox)
    pixels = canvas.buffer_rgba()
    height, width, _ = pixels.shape
    frames = np.empty((len(evolution.ts), height, width, 3), dtype=np.uint8)
    for frame, t, heights in zip(frames, evolution.ts, evolution.distances, strict=True):
        canvas.restore_region(background)
        bars.set_verts(_rectangles(heights))
        axes.draw_artist(bars)
        reading.set_text(f"t = {t:.2f}")
        axes.draw_artist(reading)
        frame[:] = Image.frombuffer("RGBA", (width, height), pixels, "raw", "RGBA", 0, 1).convert("RGB")
    return frames


def _rectangles(heights: Floats) -> list[Floats]:
    """Return the corners, (4, 2), of a bar of each height."""
    half, x, zero = 0.4, np.arange(len(heights), dtype=np.float64), np.zeros(len(heights))
    corners = [(x - half, zero), (x - half, heights), (x + half, heights), (x + half, zero)]
    return list(np.array(corners).transpose(2, 0, 1))


def _label(axes: Axes, evolution: Evolution) -> None:
    count = len(evolution.layers)
    tidy(axes)
    axes.set_xticks(range(count), evolution.layers, rotation=45, ha="right", rotation_mode="anchor", fontsize=8)
    axes.set_ylim(0, 1.15 * float(evolution.distances.max()) or 1.0)
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.set_xlim(-0.7, count - 0.3)
    axes.set_ylabel(evolution.quantity)
    colour_labels(axes.get_xticklabels(), evolution)
    for colour, label in ((RED, "swapped layer"), (PURPLE, "reads it")):
        if colour in evolution.colours:
            axes.plot([], [], "s", color=colour, label=label)
    if axes.lines:
        axes.legend(loc="upper left", ncols=2, frameon=False)


def colour_labels(labels: Sequence[Text], evolution: Evolution) -> None:
    """Give the names of the swapped layer and of its readers the colour of their bars, in bold."""
    for label, colour in zip(labels, evolution.colours, strict=True):
        if colour != BLUE:
            label.set_color(colour)
            label.set_fontweight("bold")


def evolution_heatmap(evolution: Evolution) -> Figure:
    """Draw the (T, L) distances as an image, first layer on top; names are coloured as its bars would be.

    The colour goes with the square root of the distance, so that small movements show beside the swap itself.
    """
    layers, ts = evolution.layers, evolution.ts
    figure = new_figure(8, 1.5 + 0.25 * len(layers))
    axes = figure.add_subplot()
    half = (ts[1] - ts[0]) / 2
    edges = np.linspace(ts[0] - half, ts[-1] + half, len(ts) + 1)
    rows = np.arange(len(layers) + 1) - 0.5
    scale = PowerNorm(0.5, vmin=0, vmax=float(evolution.distances.max()) or 1.0)
    mesh = axes.pcolormesh(edges, rows, evolution.distances.T, cmap="viridis", norm=scale)
    axes.invert_yaxis()
    axes.set_yticks(range(len(layers)), layers, fontsize=8)
    colour_labels(axes.get_yticklabels(), evolution)
    axes.set_xlabel("t")
    figure.colorbar(mesh, ax=axes, label=f"{evolution.quantity} (square-root scale)")
    return figure


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


class Distances(Protocol):
    """Holds the distances of each layer along a path, as `layer_distances` does; each metric is an attribute."""

    @property
    def layers(self) -> Sequence[str]: ...

    @property
    def ts(self) -> Floats: ...

    def quantity(self, metric: str) -> str: ...


def animate(
    distances: Distances,
    file: str | Path,
    *,
    fps: int = 10,
    metric: str = "normalized_l2",
    swapped: str | None = None,
    readers: Sequence[str] = (),
) -> None:
    """Write a GIF with one bar a layer and one frame a point; `swapped` is drawn in vermilion, `readers` in purple.

    Raises:
        ValueError: an unknown metric or layer, a distance that is not finite, or fewer than one frame a second.
        OSError: the file cannot be written.
    """
    quantity = distances.quantity(metric)
    if fps < 1:
        raise ValueError(f"at least one frame a second, got {fps}")
    for layer in (*readers, *([] if swapped is None else [swapped])):
        if layer not in distances.layers:
            raise ValueError(f"no layer {layer!r}; there are {', '.join(distances.layers)}")
    values = getattr(distances, metric)
    if not (abs(values) < float("inf")).all():
        raise ValueError(f"{metric} is not finite everywhere")
    evolution = Evolution(distances.layers, distances.ts, values, swapped, quantity, readers)
    save_gif(evolution_frames(evolution), Path(file), fps)
