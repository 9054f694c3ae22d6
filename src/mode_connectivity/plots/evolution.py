"""Draws the animation of a path: one bar a layer, one frame a point."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from PIL import Image

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
