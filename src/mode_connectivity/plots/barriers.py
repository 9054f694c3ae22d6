"""Draws the barriers of all variants and seeds of a study side by side."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity.plots.style import WIDE, colour_of, marker_of, new_figure, spread, tidy

Floats = NDArray[np.float64]
ABREAST = 15  # variants whose names have room below each of two panels


def barriers(variants: tuple[str, ...], linear: Mapping[str, Floats], bezier: Mapping[str, Floats]) -> Figure:
    """Draw training-loss barriers (nats), seeds from left to right: line beside curve. Maps variant -> (seeds,).

    Of many variants the curve stands below the line.
    """
    abreast = len(variants) <= ABREAST
    figure = new_figure(9, 4) if abreast else new_figure(max(9, 1.5 + 0.25 * len(variants)), 7)
    rows, columns = (1, 2) if abreast else (2, 1)
    first, second = figure.subplots(rows, columns, sharey=True, sharex=not abreast, squeeze=False).flat
    for axes, values, name in ((first, linear, "straight line"), (second, bezier, "trained curve")):
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
        first.set_yscale("symlog", linthresh=threshold)
        drawn = np.concatenate([heights, *(bezier[variant] for variant in variants)])
        first.set_ylim(min(-threshold, 2 * float(drawn.min())), 2 * float(drawn.max()))
    for axes in (first,) if abreast else (first, second):
        axes.set_ylabel("training-loss barrier (nats)")
    return figure
