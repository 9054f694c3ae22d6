"""Draws distances of layers against t: the whole evolution in one still picture."""

import numpy as np
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from mode_connectivity.plots.evolution import Evolution, colour_labels
from mode_connectivity.plots.style import new_figure


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
