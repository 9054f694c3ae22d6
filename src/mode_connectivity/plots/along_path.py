"""Draws loss and accuracy along a path, the curve beside the straight line."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity.plots.style import BLUE, ORANGE, new_figure, tidy

Floats = NDArray[np.float64]
COLOURS = {"train": BLUE, "test": ORANGE}
STRAIGHT = "linear"  # dashed; every other path is solid


def metrics_along_path(ts: Floats, profiles: Mapping[str, Mapping[str, tuple[Floats, Floats]]]) -> Figure:
    """Draw `profiles[path][probe set]` = (loss, accuracy), both (T,); loss in nats, accuracy as a percentage."""
    figure = new_figure(10, 4)
    left, right = figure.subplots(1, 2)
    for path, sets in profiles.items():
        for probe, (loss, accuracy) in sets.items():
            style = {
                "color": COLOURS[probe],
                "linestyle": "--" if path == STRAIGHT else "-",
                "label": f"{path}, {probe}",
            }
            left.plot(ts, loss, **style)
            right.plot(ts, 100 * accuracy, **style)
    left.set_ylabel("cross entropy (nats)")
    right.set_ylabel("accuracy (%)")
    for axes in (left, right):
        tidy(axes)
        axes.set_xlabel("t")
        axes.ticklabel_format(axis="y", useOffset=False)
    left.set_ylim(bottom=0)
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    return figure
