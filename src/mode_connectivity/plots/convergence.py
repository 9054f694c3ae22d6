"""Draws whether gaps still fall with more epochs."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from mode_connectivity.plots.region_titles import region_title
from mode_connectivity.plots.style import BLACK, MARKERS, SERIES_COLOURS, entry, new_figure, tidy

SETTLED, MOVES = "-", ":"  # styles of a line


def convergence(depths: Mapping[str, Mapping[str, Mapping[int, float]]], settled: float) -> Figure:
    """Draw depth -> region -> epochs -> sum of the gaps over that of the straight line, a panel a depth.

    A line is solid where its last step moves the region by less than `settled`, so that it has converged, else dotted.
    """
    regions = list(dict.fromkeys(region for measured in depths.values() for region in measured))
    looks = {
        region: {"color": SERIES_COLOURS[k % len(SERIES_COLOURS)], "marker": MARKERS[k % len(MARKERS)]}
        for k, region in enumerate(regions)
    }
    figure = new_figure(max(6.5, 1.0 + 3.4 * len(depths)), 4.4)
    panels = figure.subplots(1, len(depths), squeeze=False, sharey=True)[0]
    for axes, (depth, measured) in zip(panels, depths.items(), strict=True):
        tidy(axes)
        axes.axhline(0, color="#444444", linewidth=0.8)
        for region, by_epochs in measured.items():
            epochs, gaps = sorted(by_epochs), [by_epochs[each] for each in sorted(by_epochs)]
            style = SETTLED if abs(gaps[-1] - gaps[-2]) < settled else MOVES
            axes.plot(epochs, gaps, style, markersize=5, linewidth=1.4, **looks[region])
        axes.set_title(depth)
        axes.set_xlabel("epochs")
        if known := sorted({each for by_epochs in measured.values() for each in by_epochs}):
            axes.set_xscale("log", base=2)
            axes.set_xticks(known, [str(each) for each in known])
            axes.minorticks_off()
    panels[0].set_ylabel("gap, as a share of the straight line's")
    handles = [entry(region_title(name), **look) for name, look in looks.items()]
    handles.append(entry(f"moves by {settled:.0%} or more", color=BLACK, linestyle=MOVES))
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
    return figure
