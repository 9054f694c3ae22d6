"""Draws how high the loss rises on paths of which only a part was trained, beyond a control of the same part."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity.plots.style import BLUE, GREY, ORANGE, new_figure, tidy

Floats = NDArray[np.float64]
Excess = Mapping[str, Mapping[str, Mapping[str, Floats]]]
LOOKS = {
    "trained, training set": (BLUE, "o"),
    "trained, test set": (ORANGE, "s"),
    "cut from the whole curve, training set": (GREY, "x"),
}
INTERVAL = "trained, training set: 95 % interval of the mean"


def restricted_excess(
    kinds: Sequence[str],
    measures: Mapping[str, Excess],
    intervals: Mapping[str, Mapping[str, tuple[float, float]]],
    margin: float | None = None,
) -> Figure:
    """Draw a row of panels a measure, variant -> look -> kind -> (seeds,) in nats; a column is a variant.

    `intervals[variant][kind]` belongs to the mean of the first measure's first look, and is left out where the seeds
    are too few; `margin` is the difference that does not count, drawn as a band: the scale is linear in it and
    logarithmic beyond.
    """
    variants = list(next(iter(measures.values())))
    figure = new_figure(max(6.5, 0.8 + 0.62 * len(kinds) * len(variants)), 1.8 + 2.9 * len(measures))
    panels = figure.subplots(len(measures), len(variants), squeeze=False, sharey="row", sharex=True)
    for row, (measure, excess) in enumerate(measures.items()):
        panels[row, 0].set_ylabel(measure)
        for axes, (variant, looks) in zip(panels[row], excess.items(), strict=True):
            if margin is not None:
                axes.axhspan(-margin, margin, color="#eeeeee", label="within the margin", zorder=0)
                axes.set_yscale("symlog", linthresh=margin)  # cut paths run many times higher than trained ones
            _panel(axes, kinds, looks)
            if row == 0 and (known := intervals.get(variant)):
                lows, highs = zip(*known.values(), strict=True)
                places = [kinds.index(kind) - 0.36 for kind in known]
                axes.vlines(places, lows, highs, color=BLUE, linewidth=2, label=INTERVAL)
    for variant, above, below in zip(variants, panels[0], panels[-1], strict=True):
        above.set_title(variant)
        names = [kind.replace("_", "\n") for kind in kinds]
        below.set_xticks(range(len(kinds)), names, rotation=45, ha="right", rotation_mode="anchor", fontsize=8)
        below.set_xlim(-0.6, len(kinds) - 0.4)
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
    figure.suptitle("Excess loss over the control, by what may move")
    return figure


def _panel(axes: Axes, kinds: Sequence[str], looks: Mapping[str, Mapping[str, Floats]]) -> None:
    tidy(axes)
    axes.axhline(0, color="#444444", linewidth=0.8)
    for shift, (look, (colour, marker)) in zip((-0.22, 0.0, 0.22), LOOKS.items(), strict=True):
        shown = looks.get(look, {})
        pairs = [(kinds.index(kind) + shift, value) for kind, values in shown.items() for value in values.tolist()]
        if pairs:
            places, heights = zip(*pairs, strict=True)
            axes.plot(places, heights, marker, color=colour, markersize=5, label=look)
