"""Draws barriers: of every path, on every probe set, and by the number of pairs."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity.plots.along_path import TITLES
from mode_connectivity.plots.style import (
    BLUE,
    GREY,
    MARKERS,
    ORANGE,
    SERIES_COLOURS,
    WIDE,
    colour_of,
    entry,
    marker_of,
    new_figure,
    spread,
    tidy,
)

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
