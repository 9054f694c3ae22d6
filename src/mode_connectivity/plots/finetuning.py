"""Draws accuracy on the probe sets while networks are fine-tuned."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity.plots.along_path import COLOURS, TITLES
from mode_connectivity.plots.style import BLACK, MARKERS, entry, line_of, new_figure, seed_entries, tidy

Floats = NDArray[np.float64]
MARKED = 10  # points of a line that carry a marker


def accuracy_while_tuned(accuracy: Mapping[str, Sequence[Mapping[str, Floats]]], chance: float) -> Figure:
    """Draw `accuracy[method][seed][probe set]`, in [0, 1]: a column a probe set; the line's style tells the seed.

    It stands against the share done of that method's own training; the first value is that before it.
    """
    probes = list(next(iter(accuracy.values()))[0])
    figure = new_figure(2.7 * len(probes) + 0.6, 3.6)
    panels = figure.subplots(1, len(probes), sharey=True, squeeze=False)[0]
    for axes, probe in zip(panels, probes, strict=True):
        for place, (method, seeds) in enumerate(accuracy.items()):
            for row, values in enumerate(seeds):
                done = np.linspace(0, 100, len(values[probe]))
                label = method if row == 0 else None
                look = {
                    "color": COLOURS[place % len(COLOURS)],
                    "marker": MARKERS[place % len(MARKERS)],
                    "linestyle": line_of(row),
                }
                every = max(1, len(done) // MARKED)
                axes.plot(done, 100 * values[probe], linewidth=1.2, markersize=4, markevery=every, label=label, **look)
        axes.axhline(100 * chance, color=BLACK, linewidth=0.8, linestyle=":")
        tidy(axes)
        axes.set_title(TITLES.get(probe, probe))
        axes.set_xlabel("training done (%)")
        axes.set_ylim(0, 102)
    panels[0].set_ylabel("accuracy (%)")
    chance_line = entry("chance", color=BLACK, linewidth=0.8, linestyle=":")
    of_seeds = seed_entries(max(map(len, accuracy.values())))
    handles = [*panels[0].get_legend_handles_labels()[0], *of_seeds, chance_line]
    figure.legend(handles=handles, loc="outside lower center", ncols=(len(handles) + 1) // 2, frameon=False)
    return figure
