"""Draws losses along every path of a study: the straight line, the curve, and the control's curve, in one figure."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity.plots.style import BLUE, GREY, ORANGE, WIDE, line_of, new_figure, seed_entries, tidy

Floats = NDArray[np.float64]
LOOKS = {
    "line": {"color": ORANGE, "marker": "s"},
    "curve": {"color": BLUE, "marker": "o"},
    "control's curve": {"color": GREY, "marker": "x"},
}
PROBES = {"train": "training loss (nats)", "test": "test loss (nats)"}


def losses_beside_control(ts: Floats, losses: Mapping[str, Mapping[str, Mapping[str, Floats]]]) -> Figure:
    """Draw `losses[variant][path][probe set]`, (seeds, T), of the paths named in `LOOKS`.

    The line's style tells the seed. A column is a variant, a row a probe set; the scale of a row is shared, and
    logarithmic where it spans a decade.
    """
    figure = new_figure(max(6.0, 3.1 * len(losses)), 6.2)
    panels = figure.subplots(len(PROBES), len(losses), squeeze=False, sharex=True, sharey="row")
    for column, (variant, paths) in enumerate(losses.items()):
        panels[0, column].set_title(variant)
        panels[-1, column].set_xlabel("t")
        for row, probe in enumerate(PROBES):
            axes = panels[row, column]
            tidy(axes)
            for name, look in LOOKS.items():
                for place, values in enumerate(paths[name][probe] if name in paths else ()):
                    label = name if place == 0 else None
                    axes.plot(ts, values, line_of(place), linewidth=1.5, markersize=4, label=label, **look)
    for row, (probe, label) in enumerate(PROBES.items()):
        panels[row, 0].set_ylabel(label)
        every = np.concatenate([values[probe].ravel() for paths in losses.values() for values in paths.values()])
        if every.max() > WIDE / 10 * every[every > 0].min(initial=np.inf):
            panels[row, 0].set_yscale("log")
        else:
            panels[row, 0].ticklabel_format(axis="y", useOffset=False)
    shown = {line.get_label(): line for axes in panels.flat for line in axes.lines if line.get_label() in LOOKS}
    seeds = max(len(values) for paths in losses.values() for sets in paths.values() for values in sets.values())
    handles = [*(shown[name] for name in LOOKS if name in shown), *seed_entries(seeds)]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    return figure
