"""Draws all depths and seeds of a study side by side."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity.plots.style import WIDE, colour_of, new_figure, tidy

Floats = NDArray[np.float64]


def barriers(variants: tuple[str, ...], linear: Mapping[str, Floats], bezier: Mapping[str, Floats]) -> Figure:
    """Draw training-loss barriers (nats), a point a seed: straight line beside curve. Maps variant -> (seeds,)."""
    figure = new_figure(9, 4)
    left, right = figure.subplots(1, 2, sharey=True)
    for axes, values, name in ((left, linear, "straight line"), (right, bezier, "trained curve")):
        for place, variant in enumerate(variants):
            seeds = len(values[variant])
            spread = np.linspace(-0.15, 0.15, seeds) if seeds > 1 else np.zeros(1)
            axes.plot(place + spread, values[variant], "o", color=colour_of(variant, variants), markersize=7)
        tidy(axes)
        axes.set_xticks(range(len(variants)), variants)
        axes.set_xlim(-0.5, len(variants) - 0.5)
        axes.set_title(name)
    heights = np.concatenate([linear[variant] for variant in variants])
    if len(heights[heights > 0]) and heights.max() > WIDE * np.median(heights[heights > 0]):
        left.set_yscale("symlog", linthresh=float(heights.max() / WIDE**2))
    left.set_ylabel("training-loss barrier (nats)")
    figure.suptitle("Barrier of each path; a point is a seed")
    return figure


def displacements(
    layers: Sequence[str],
    variants: tuple[str, ...],
    displacement: Mapping[str, Floats],
    swapped: Mapping[str, str | None],
) -> Figure:
    """Draw per-layer |D| of the bend from the chord, a line a seed; variant -> (seeds, L). A ring marks the swap."""
    figure = new_figure(10, 4.5)
    axes = figure.add_subplot()
    places = np.arange(len(layers))
    for variant in variants:
        colour = colour_of(variant, variants)
        for row, values in enumerate(displacement[variant]):
            label = variant if row == 0 else None
            axes.plot(places, values, "-o", color=colour, label=label, markersize=3, linewidth=1.2, alpha=0.85)
            layer = swapped[variant]
            if layer is not None:
                place = layers.index(layer)
                axes.plot(place, values[place], "o", markersize=11, markerfacecolor="none", color=colour)
    tidy(axes)
    axes.set_xticks(places, layers, rotation=45, ha="right", rotation_mode="anchor", fontsize=8)
    largest = [float(displacement[variant].max()) for variant in variants]
    if max(largest) > WIDE / 10 * min(largest) > 0:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    axes.set_ylabel("|D|, bend from chord midpoint (L2)")
    axes.set_title("How far training moved the bend, per layer; a line is a seed, a ring is the swapped layer")
    axes.legend(frameon=False, ncols=len(variants))
    return figure
