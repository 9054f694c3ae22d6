"""The animation of a path: one bar a layer, one frame a point."""

from collections.abc import Sequence

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from mode_connectivity.plots.style import BLUE, RED, new_figure, tidy

Frames = NDArray[np.uint8]


def evolution_frames(
    layers: Sequence[str],
    ts: NDArray[np.float64],
    distances: NDArray[np.float64],
    *,
    swapped: str | None,
    quantity: str,
    title: str,
) -> Frames:
    """(T, H, W, 3) uint8: bars of the (T, L) distances, the `swapped` layer in red, one frame for each t.

    Only what moves is drawn again: the axes are rendered once and the bars and the reading of t laid over them.
    """
    figure = new_figure(8, 4.5)
    axes = figure.add_subplot()
    bars = axes.bar(range(len(layers)), np.zeros(len(layers)), color=BLUE, animated=True)
    reading = axes.text(0.99, 0.97, "", transform=axes.transAxes, ha="right", va="top", fontsize=13, animated=True)
    _label(figure, layers, float(distances.max()), quantity, title)
    if swapped is not None:
        bars[layers.index(swapped)].set_color(RED)
        axes.get_xticklabels()[layers.index(swapped)].set_color(RED)
        axes.plot([], [], "s", color=RED, label="swapped layer")
        axes.legend(loc="upper left", frameon=False)
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    canvas.draw()
    background = canvas.copy_from_bbox(figure.bbox)
    frames = []
    for t, heights in zip(ts, distances, strict=True):
        canvas.restore_region(background)  # type: ignore[attr-defined]
        for bar, height in zip(bars, heights, strict=True):
            bar.set_height(height)
            axes.draw_artist(bar)
        reading.set_text(f"t = {t:.2f}")
        axes.draw_artist(reading)
        frames.append(np.asarray(canvas.buffer_rgba())[..., :3].copy())
    return np.stack(frames)


def _label(figure: Figure, layers: Sequence[str], highest: float, quantity: str, title: str) -> None:
    (axes,) = figure.axes
    tidy(axes)
    axes.set_xticks(range(len(layers)), layers, rotation=45, ha="right", rotation_mode="anchor", fontsize=8)
    axes.set_ylim(0, 1.1 * highest or 1.0)
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.set_xlim(-0.7, len(layers) - 0.3)
    axes.set_ylabel(quantity)
    axes.set_title(title)
