"""Draws whether gaps still fall with more epochs."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from mode_connectivity.plots.style import new_figure, tidy

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000", "#7F7F7F")


def convergence(depths: Mapping[str, Mapping[str, Mapping[int, float]]], settled: float) -> Figure:
    """Draw depth -> region -> epochs -> sum of the gaps over that of the straight line, a panel a depth.

    The band round the first point of a region is what more epochs may move it by where it has converged.
    """
    regions = list(dict.fromkeys(region for found in depths.values() for region in found))
    figure = new_figure(max(6.5, 1.0 + 3.4 * len(depths)), 4.4)
    panels = figure.subplots(1, len(depths), squeeze=False, sharey=True)[0]
    for axes, (depth, found) in zip(panels, depths.items(), strict=True):
        tidy(axes)
        axes.axhline(0, color="#444444", linewidth=0.8)
        for region, by_epochs in found.items():
            colour = COLOURS[regions.index(region) % len(COLOURS)]
            epochs, gaps = sorted(by_epochs), [by_epochs[each] for each in sorted(by_epochs)]
            axes.plot(epochs, gaps, "-o", color=colour, markersize=5, linewidth=1.4)
            axes.fill_between(epochs, gaps[0] - settled, gaps[0] + settled, color=colour, alpha=0.08, linewidth=0)
        axes.set_title(depth)
        axes.set_xlabel("epochs")
        if known := sorted({each for by_epochs in found.values() for each in by_epochs}):
            axes.set_xscale("log", base=2)
            axes.set_xticks(known, [str(each) for each in known])
            axes.minorticks_off()
    panels[0].set_ylabel("gap, as a share of the straight line's")
    for k, region in enumerate(regions):
        panels[0].plot([], [], "-o", color=COLOURS[k % len(COLOURS)], label=region.replace("_", " "))
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False)
    return figure
