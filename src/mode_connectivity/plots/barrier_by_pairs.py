"""Draws how the straight line's barrier grows with the number of pairs that are swapped."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from mode_connectivity.plots.style import MARKERS, SERIES_COLOURS, entry, new_figure, tidy

Gaps = Mapping[int, tuple[Sequence[float], Sequence[float]]]  # pairs -> gaps of each seed, before and after REPAIR
STYLES: tuple[dict[str, Any], ...] = (
    {"linestyle": "-"},
    {"linestyle": ":", "fillstyle": "none"},
)  # before and after REPAIR


def barrier_by_pairs(layers: Mapping[str, Gaps]) -> Figure:
    """Draw layer -> pairs -> barrier in nats: a point a seed, a line through their means, a hollow one after REPAIR."""
    figure = new_figure(6.5, 4.4)
    axes = figure.subplots()
    tidy(axes)
    axes.axhline(0, color="#444444", linewidth=0.8)
    entries = []
    for place, (layer, gaps) in enumerate(layers.items()):
        colour, marker = SERIES_COLOURS[place % len(SERIES_COLOURS)], MARKERS[place % len(MARKERS)]
        look: dict[str, Any] = {"color": colour, "marker": marker}
        pairs = sorted(gaps)
        for side, style in enumerate(STYLES):
            shown = [number for number in pairs if gaps[number][side]]  # REPAIR refuses some networks
            means = [float(np.mean(gaps[number][side])) for number in shown]
            axes.plot(shown, means, linewidth=1.6, markersize=6, **look, **style)
        for number in pairs:
            seeds = gaps[number][0]
            axes.plot([number] * len(seeds), seeds, linestyle="", alpha=0.4, markersize=3.5, **look)
        entries.append(entry(layer, **look))
    every = sorted({number for gaps in layers.values() for number in gaps})
    axes.set_xscale("log", base=2)
    axes.set_xticks(every, [str(number) for number in every])
    axes.minorticks_off()
    axes.set_xlabel("pairs of units that are swapped")
    axes.set_ylabel("barrier of the straight line (nats)")
    entries.append(entry("after REPAIR", color="#444444", marker=MARKERS[0], **STYLES[1]))
    figure.legend(handles=entries, loc="outside lower center", ncols=4, frameon=False)
    return figure
