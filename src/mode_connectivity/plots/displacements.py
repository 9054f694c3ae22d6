"""Draws how far training moved the bend of every curve, per layer: as lines, of many variants as a map."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity.plots.style import (
    ORANGE,
    WIDE,
    colour_of,
    line_of,
    marker_of,
    new_figure,
    seed_entries,
    tidy,
)

Floats = NDArray[np.float64]
AS_LINES = 10  # variants; of more, lines cannot be told apart
QUANTITY = "|D|, bend from chord midpoint (L2)"


def displacements(
    layers: Sequence[str],
    variants: tuple[str, ...],
    displacement: Mapping[str, Floats],
    swapped: Mapping[str, str | None],
) -> Figure:
    """Draw per-layer |D| of the bend from the chord; variant -> (seeds, L). A ring marks the swapped layer.

    Colour and marker tell the variant, the line's style the seed. Of many variants a row each, the mean of its seeds.
    """
    if len(variants) > AS_LINES:
        return _map(layers, variants, np.stack([displacement[name].mean(0) for name in variants]), swapped)
    figure = new_figure(8, 4.4)
    axes = figure.add_subplot()
    places = np.arange(len(layers))
    for variant in variants:
        colour = colour_of(variant, variants)
        for row, values in enumerate(displacement[variant]):
            label = variant if row == 0 else None
            marker, style = marker_of(variant, variants), line_of(row)
            axes.plot(places, values, style, marker=marker, color=colour, label=label, markersize=6, linewidth=1.8)
            layer = swapped[variant]
            if layer is not None:
                place = layers.index(layer)
                axes.plot(
                    place, values[place], "o", markersize=15, markeredgewidth=2, markerfacecolor="none", color=colour
                )
    tidy(axes)
    axes.set_xticks(places, layers, rotation=45, ha="right", rotation_mode="anchor")
    largest = [float(displacement[variant].max()) for variant in variants]
    if max(largest) > WIDE / 10 * min(largest) > 0:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    axes.set_ylabel(QUANTITY)
    handles = [*axes.get_legend_handles_labels()[0], *seed_entries(max(map(len, displacement.values())))]
    figure.legend(handles=handles, loc="outside upper center", frameon=False, ncols=min(5, len(variants)))
    return figure


def _map(layers: Sequence[str], variants: Sequence[str], values: Floats, swapped: Mapping[str, str | None]) -> Figure:
    """Draw `values` (variants, L) as an image, the first variant on top."""
    figure = new_figure(8, 2 + 0.2 * len(variants))
    axes = figure.add_subplot()
    low, high = values[values > 0].min(initial=np.inf), values.max()
    scale = LogNorm(low, high) if 0 < WIDE / 10 * low < high else Normalize(0, high or 1.0)
    image = axes.pcolormesh(values, norm=scale, cmap="viridis")
    ringed = [(layers.index(layer), row) for row, name in enumerate(variants) if (layer := swapped[name]) is not None]
    if ringed:
        axes.plot(
            *(np.array(ringed).T + 0.5), "o", markersize=8, markeredgewidth=2, markerfacecolor="none", color=ORANGE
        )
    axes.set_xticks(np.arange(len(layers)) + 0.5, layers, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(np.arange(len(variants)) + 0.5, variants, fontsize=8)
    axes.invert_yaxis()
    figure.colorbar(image, ax=axes, label=f"{QUANTITY}, mean of the seeds")
    return figure
