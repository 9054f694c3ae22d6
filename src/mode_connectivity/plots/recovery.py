"""Draws how much of the straight line's barrier each region mends, all depths side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mode_connectivity.plots.style import BLUE, GREY, ORANGE, new_figure, tidy

Interval = tuple[float | None, float | None]
LOWEST, HIGHEST = -0.5, 1.5  # what lies beyond is drawn at the edge, as a triangle


@dataclass(frozen=True)
class Recovery:
    """Holds the share of the barrier that is mended, of each seed (None: it has none) and of all, and its interval."""

    seeds: Sequence[float | None]
    value: float | None
    interval: Interval | None = None


def recovery(regions: Sequence[str], depths: Mapping[str, Mapping[str, Recovery]], untrained: int = 0) -> Figure:
    """Draw depth -> region -> recovery, a panel a depth and a column a region; the first `untrained` are shaded."""
    figure = new_figure(max(6.5, 1.2 + (0.8 + 0.34 * len(regions)) * len(depths)), 4.6)
    panels = figure.subplots(1, len(depths), squeeze=False, sharey=True)[0]
    for axes, (depth, found) in zip(panels, depths.items(), strict=True):
        tidy(axes)
        axes.axhline(0, color="#444444", linewidth=0.8)
        axes.axhline(1, color="#444444", linewidth=0.8, linestyle="--")
        if untrained:
            axes.axvspan(-0.5, untrained - 0.5, color="#eeeeee", zorder=0)
        for place, region in enumerate(regions):
            if region in found:
                _column(axes, place, found[region])
        axes.set_title(depth)
        names = [region.replace("_", " ") for region in regions]
        axes.set_xticks(range(len(regions)), names, rotation=45, ha="right", rotation_mode="anchor", fontsize=8)
        axes.set_xlim(-0.5, len(regions) - 0.5)
        axes.set_ylim(LOWEST - 0.05, HIGHEST + 0.05)
    panels[0].set_ylabel("share of the barrier that is mended")
    for fmt, colour, label in (("o", GREY, "a seed"), ("D", BLUE, "all seeds"), ("-", ORANGE, "its interval")):
        panels[0].plot([], [], fmt, color=colour, label=label, markersize=6)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    return figure


def _column(axes: Axes, place: int, found: Recovery) -> None:
    for value in found.seeds:
        if value is not None:
            marker = "o" if LOWEST <= value <= HIGHEST else "v" if value < LOWEST else "^"
            axes.plot(place - 0.15, min(max(value, LOWEST), HIGHEST), marker, color=GREY, markersize=4)
    if found.interval is not None:
        low, high = (LOWEST if found.interval[0] is None else found.interval[0]), found.interval[1]
        high = HIGHEST if high is None else high
        axes.vlines(place + 0.15, max(low, LOWEST), min(high, HIGHEST), color=ORANGE, linewidth=2)
    if found.value is not None:
        axes.plot(place + 0.15, min(max(found.value, LOWEST), HIGHEST), "D", color=BLUE, markersize=5)
