"""Layers against t: the whole evolution in one still picture."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity.plots.style import RED, new_figure


def evolution_heatmap(
    layers: Sequence[str],
    ts: NDArray[np.float64],
    distances: NDArray[np.float64],
    *,
    swapped: str | None,
    quantity: str,
    title: str,
) -> Figure:
    """The (T, L) distances as an image, first layer on top, the swapped layer's name in red."""
    figure = new_figure(8, 1.5 + 0.25 * len(layers))
    axes = figure.add_subplot()
    edges = np.linspace(ts[0], ts[-1], len(ts) + 1)
    rows = np.arange(len(layers) + 1) - 0.5
    mesh = axes.pcolormesh(edges, rows, distances.T, cmap="viridis", vmin=0)
    axes.invert_yaxis()
    axes.set_yticks(range(len(layers)), layers, fontsize=8)
    if swapped is not None:
        label = axes.get_yticklabels()[layers.index(swapped)]
        label.set_color(RED)
        label.set_fontweight("bold")
    axes.set_xlabel("t")
    axes.set_title(title)
    figure.colorbar(mesh, ax=axes, label=quantity)
    return figure
