"""Draws the error barriers of paths on the probe sets, a point a seed."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity.plots.probe_sets import TITLES
from mode_connectivity.plots.style import BLUE, GREY, MARKERS, ORANGE, entry, new_figure, spread, tidy

Floats = NDArray[np.float64]
Interval = tuple[float, float] | None


def error_barriers(
    barriers: Mapping[str, Mapping[str, Floats]],
    intervals: Mapping[str, Mapping[str, Interval]],
    margin: float,
    seeds: Sequence[int],
) -> Figure:
    """Draw `barriers[path][set]`, (seeds,), in [0, 1]: a column a set, a row a path, its mean a bar.

    The marker tells the seed. Where there is an interval of the mean it is drawn, and the margin below which a path is
    free of barriers is dotted.
    """
    names = list(barriers)
    probes: Sequence[str] = list(next(iter(barriers.values())))
    figure = new_figure(2.3 * len(probes) + 2, 0.42 * len(names) + 1.3)
    panels = figure.subplots(1, len(probes), sharex=True, sharey=True, squeeze=False)[0]
    for axes, probe in zip(panels, probes, strict=True):
        for place, name in enumerate(names):
            values = 100 * barriers[name][probe]
            for value, shift, marker in zip(values, spread(len(values), 0.3), cycle(MARKERS), strict=False):
                axes.plot(value, place + shift, marker, color=BLUE, markersize=4)
            axes.plot(values.mean(), place, "|", color=ORANGE, markersize=13, markeredgewidth=2)
            interval = intervals[name][probe]
            if interval is not None:
                axes.plot(100 * np.array(interval), [place, place], color=ORANGE, linewidth=1.5)
        tidy(axes)
        axes.axvline(100 * margin, color=GREY, linewidth=0.8, linestyle=":")
        axes.set_title(TITLES.get(probe, probe))
    panels[0].set_yticks(range(len(names)), names)
    panels[0].invert_yaxis()
    figure.supxlabel("points of error above the line between the ends", fontsize=10)
    handles = [
        entry(f"seed {seed}", color=BLUE, marker=marker, linestyle="")
        for seed, marker in zip(seeds, cycle(MARKERS), strict=False)
    ]
    handles.append(entry("their mean", color=ORANGE, marker="|", linestyle="", markersize=9))
    figure.legend(handles=handles, loc="outside upper center", ncols=7, frameon=False)
    return figure
