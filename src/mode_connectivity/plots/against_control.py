"""Draws losses along every path of a study: the straight line, the curve, and the control's curve, in one figure."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity.plots.style import BLUE, GREY, ORANGE, WIDE, line_of, new_figure, seed_entries, tidy

Floats = NDArray[np.float64]
LOOKS: dict[str, dict[str, Any]] = {
    "line": {"color": ORANGE, "marker": "s"},
    "curve": {"color": BLUE, "marker": "o"},
    "control's curve": {"color": GREY, "marker": "x"},
}
ABREAST = 6
PROBES = {"train": "training loss (nats)", "test": "test loss (nats)"}


def losses_beside_control(ts: Floats, losses: Mapping[str, Mapping[str, Mapping[str, Floats]]]) -> Figure:
    """Draw `losses[variant][path][probe set]`, (seeds, T), of the paths named in `LOOKS`.

    The line's style tells the seed. A column is a variant, a row a probe set; the scale of a probe set is shared, and
    logarithmic where it spans a decade. More variants than `ABREAST` go on below.
    """
    columns = min(len(losses), ABREAST)
    blocks = -(-len(losses) // columns)
    figure = new_figure(max(6.0, 3.1 * columns), 0.2 + 6.0 * blocks)
    panels = figure.subplots(len(PROBES) * blocks, columns, squeeze=False, sharex=True)
    drawn = []
    for place, (variant, paths) in enumerate(losses.items()):
        block, column = divmod(place, columns)
        stack = panels[len(PROBES) * block :][: len(PROBES), column]
        drawn.append(stack)
        stack[0].set_title(variant)
        stack[-1].set_xlabel("t")
        stack[-1].tick_params(labelbottom=True)
        for axes, shared, probe in zip(stack, drawn[0], PROBES, strict=True):
            if axes is not shared:
                axes.sharey(shared)
            _draw(axes, ts, {name: paths[name][probe] for name in LOOKS if name in paths})
    used = {axes for stack in drawn for axes in stack}
    for axes in panels.flat:
        if axes not in used:
            axes.set_axis_off()
    _scale(panels, drawn[0], losses)
    shown = {line.get_label(): line for axes in panels.flat for line in axes.lines if line.get_label() in LOOKS}
    seeds = max(len(values) for paths in losses.values() for sets in paths.values() for values in sets.values())
    handles = [*(shown[name] for name in LOOKS if name in shown), *seed_entries(seeds)]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    return figure


def _draw(axes: Axes, ts: Floats, paths: Mapping[str, Floats]) -> None:
    tidy(axes)
    for name, values in paths.items():
        for place, losses in enumerate(values):
            label = name if place == 0 else None
            axes.plot(ts, losses, line_of(place), linewidth=1.5, markersize=4, label=label, **LOOKS[name])


def _scale(panels: Any, first: Any, losses: Mapping[str, Mapping[str, Mapping[str, Floats]]]) -> None:
    """Name the scale of each probe set, and make it logarithmic where it spans a decade."""
    for row, (probe, label) in enumerate(PROBES.items()):
        every = np.concatenate([values[probe].ravel() for paths in losses.values() for values in paths.values()])
        if every.max() > WIDE / 10 * every[every > 0].min(initial=np.inf):
            first[row].set_yscale("log")
        else:
            first[row].ticklabel_format(axis="y", useOffset=False)
        for left, *others in panels[row :: len(PROBES)]:
            left.set_ylabel(label)
            for axes in others:
                axes.tick_params(labelleft=False)
