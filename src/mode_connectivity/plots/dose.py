"""Draws how much of the barrier is mended by how many weights."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from mode_connectivity.plots.style import BLACK, BLUE, GREEN, ORANGE, new_figure, tidy

# Series -> its look; a series is random weights drawn from some part, at several shares.
SERIES = {"entries": (BLUE, "o"), "layer_entries": (GREEN, "s"), "units": (ORANGE, "^")}
NAMES = {"entries": "random weights of the network", "layer_entries": "random weights of the layer", "units": "units"}
MARKERS = ("D", "x", "+", "v", "s", "*", "P", "h")  # of single regions
Dose = tuple[float, float]  # share of the weights that may move, share of the barrier that is mended


def dose_response(depths: Mapping[str, tuple[Mapping[str, Sequence[Dose]], Mapping[str, Dose]]]) -> Figure:
    """Draw depth -> (series -> doses, region -> dose), a panel a depth; regions are single points."""
    figure = new_figure(max(6.5, 1.0 + 3.8 * len(depths)), 4.6)
    panels = figure.subplots(1, len(depths), squeeze=False, sharey=True)[0]
    named = list(dict.fromkeys(region for _, regions in depths.values() for region in regions))
    for axes, (depth, (series, regions)) in zip(panels, depths.items(), strict=True):
        tidy(axes)
        for height, style in ((0, "-"), (1, "--")):
            axes.axhline(height, color="#444444", linewidth=0.8, linestyle=style)
        for name, doses in series.items():
            colour, marker = SERIES[name]
            axes.plot(
                *zip(*sorted(doses), strict=True), "-", marker=marker, color=colour, markersize=6, label=NAMES[name]
            )
        for region, (share, mended) in regions.items():
            marker = MARKERS[named.index(region) % len(MARKERS)]
            axes.plot(
                share, mended, marker, color=BLACK, markersize=7, fillstyle="none", label=region.replace("_", " ")
            )
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_title(depth)
        axes.set_xlabel("share of the weights that may move")
    panels[0].set_ylabel("share of the barrier that is mended")
    shown = {label: handle for axes in panels for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    if shown:
        figure.legend(shown.values(), shown.keys(), loc="outside lower center", ncols=4, frameon=False)
    return figure
