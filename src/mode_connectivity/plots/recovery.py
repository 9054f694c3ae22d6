"""Draws how much of the straight line's barrier each region mends, all depths side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from mode_connectivity.plots.region_titles import region_title
from mode_connectivity.plots.style import BLUE, GREY, MARKERS, ORANGE, entry, new_figure, spread, tidy

Interval = tuple[float | None, float | None]
LOWEST, HIGHEST = -0.5, 1.5  # what lies beyond is drawn at the edge, as a triangle
NARROWEST = 4  # columns of a panel
SEED_MARKERS = [marker for marker in MARKERS if marker not in "D^v"]  # those are of all seeds, and of the edges


@dataclass(frozen=True)
class Recovery:
    """Holds the share of the barrier that is mended, of each seed (None: it has none) and of all, and its interval."""

    seeds: Sequence[float | None]
    value: float | None
    interval: Interval | None = None


def recovery(
    regions: Sequence[str],
    depths: Mapping[str, Mapping[str, Recovery]],
    seeds: Sequence[int],
    untrained: Sequence[str] = (),
) -> Figure:
    """Draw depth -> region -> recovery, a panel a depth and a column a region; those `untrained` are shaded.

    The marker tells the seed. A depth without recoveries has no barrier to mend, and says so.
    """
    columns = {depth: [region for region in regions if region in recoveries] for depth, recoveries in depths.items()}
    widths = [max(NARROWEST, len(names)) for names in columns.values()]
    figure = new_figure(max(6.5, 1.2 + sum(0.5 + 0.4 * width for width in widths)), 4.6)
    panels = figure.subplots(1, len(depths), squeeze=False, sharey=True, width_ratios=widths)[0]
    for axes, (depth, recoveries) in zip(panels, depths.items(), strict=True):
        axes.set_title(depth)
        _panel(axes, columns[depth], recoveries, untrained)
    heights = [0.0, 1.0, *_heights(depths)]
    panels[0].set_ylim(min(heights) - 0.08, max(heights) + 0.08)
    panels[0].set_ylabel("share of the barrier that is mended")
    intervals = any(each.interval for recoveries in depths.values() for each in recoveries.values())
    figure.legend(handles=_entries(seeds, intervals), loc="outside lower center", ncols=6, frameon=False)
    return figure


def _panel(axes: Axes, regions: Sequence[str], recoveries: Mapping[str, Recovery], untrained: Sequence[str]) -> None:
    tidy(axes)
    axes.axhline(0, color="#444444", linewidth=0.8)
    axes.axhline(1, color="#444444", linewidth=0.8, linestyle="--")
    for place, region in enumerate(regions):
        if region in untrained:
            axes.axvspan(place - 0.5, place + 0.5, color="#eeeeee", zorder=0)
        _column(axes, place, recoveries[region])
    names = [region_title(region) for region in regions]
    axes.set_xticks(range(len(regions)), names, rotation=45, ha="right", rotation_mode="anchor", fontsize=8)
    axes.set_xlim(-0.5, max(NARROWEST, len(regions)) - 0.5)
    if not regions:
        reason = "no barrier above\nthe noise floor\nto take shares of"
        axes.text(0.5, 0.5, reason, transform=axes.transAxes, ha="center", va="center", color=GREY)


def _column(axes: Axes, place: int, recovered: Recovery) -> None:
    for shift, value, own in zip(
        spread(len(recovered.seeds), 0.34), recovered.seeds, _markers(recovered.seeds), strict=True
    ):
        if value is not None:
            marker = own if LOWEST <= value <= HIGHEST else "v" if value < LOWEST else "^"
            axes.plot(place - 0.18 + shift, _within(value), marker, color=GREY, markersize=4.5)
    if recovered.interval is not None:
        low, high = (
            edge if end is None else end for end, edge in zip(recovered.interval, (LOWEST, HIGHEST), strict=True)
        )
        axes.vlines(place + 0.25, _within(low), _within(high), color=ORANGE, linewidth=2)
    if recovered.value is not None:
        axes.plot(place + 0.25, _within(recovered.value), "D", color=BLUE, markersize=5.5)


def _markers(seeds: Sequence[object]) -> list[str]:
    return [SEED_MARKERS[place % len(SEED_MARKERS)] for place in range(len(seeds))]


def _within(value: float) -> float:
    return min(max(value, LOWEST), HIGHEST)


def _heights(depths: Mapping[str, Mapping[str, Recovery]]) -> list[float]:
    """Return all heights that are drawn."""
    every = [each for recoveries in depths.values() for each in recoveries.values()]
    ends = [end for each in every for end in each.interval or () if end is not None]
    return [
        _within(value)
        for value in [*ends, *(v for each in every for v in (each.value, *each.seeds))]
        if value is not None
    ]


def _entries(seeds: Sequence[int], intervals: bool) -> list[Line2D]:
    points = {f"seed {seed}": (GREY, marker) for seed, marker in zip(seeds, _markers(seeds), strict=True)}
    points["all seeds"] = BLUE, "D"
    entries = [entry(label, color=colour, marker=marker, linestyle="") for label, (colour, marker) in points.items()]
    return [*entries, *([entry("its interval", color=ORANGE)] if intervals else [])]
