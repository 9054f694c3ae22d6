"""Draws all depths and seeds of a study side by side."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity.plots.style import WIDE, colour_of, line_of, marker_of, new_figure, seed_entries, spread, tidy

Floats = NDArray[np.float64]


def barriers(variants: tuple[str, ...], linear: Mapping[str, Floats], bezier: Mapping[str, Floats]) -> Figure:
    """Draw training-loss barriers (nats), seeds from left to right: line beside curve. Maps variant -> (seeds,)."""
    figure = new_figure(9, 4)
    left, right = figure.subplots(1, 2, sharey=True)
    for axes, values, name in ((left, linear, "straight line"), (right, bezier, "trained curve")):
        for place, variant in enumerate(variants):
            look = {"color": colour_of(variant, variants), "marker": marker_of(variant, variants)}
            axes.plot(
                place + spread(len(values[variant]), 0.3), values[variant], linestyle="none", markersize=8, **look
            )
        tidy(axes)
        axes.set_xticks(range(len(variants)), variants, rotation=45, ha="right", rotation_mode="anchor")
        axes.set_xlim(-0.5, len(variants) - 0.5)
        axes.set_title(name)
    heights = np.concatenate([linear[variant] for variant in variants])
    if len(heights[heights > 0]) and heights.max() > WIDE * np.median(heights[heights > 0]):
        threshold = float(heights.max() / WIDE**2)
        left.set_yscale("symlog", linthresh=threshold)
        drawn = np.concatenate([heights, *(bezier[variant] for variant in variants)])
        left.set_ylim(min(-threshold, 2 * float(drawn.min())), 2 * float(drawn.max()))
    left.set_ylabel("training-loss barrier (nats)")
    return figure


def displacements(
    layers: Sequence[str],
    variants: tuple[str, ...],
    displacement: Mapping[str, Floats],
    swapped: Mapping[str, str | None],
) -> Figure:
    """Draw per-layer |D| of the bend from the chord; variant -> (seeds, L). A ring marks the swapped layer.

    Colour and marker tell the variant, the line's style the seed.
    """
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
    axes.set_ylabel("|D|, bend from chord midpoint (L2)")
    handles = [*axes.get_legend_handles_labels()[0], *seed_entries(max(map(len, displacement.values())))]
    figure.legend(handles=handles, loc="outside upper center", frameon=False, ncols=min(5, len(variants)))
    return figure
