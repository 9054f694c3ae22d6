"""Draws contours of loss and error on a plane of weight space, with paths in it (Garipov et al. 2018, figure 1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from mode_connectivity.plots.style import BLACK, ORANGE, WHITE, new_figure

Floats = NDArray[np.float64]
LEVELS = 11
DECADES = 4  # at most so many between the first level and the last, counted from the lowest value
LINES = {"curve": "-", "linear": "--"}
HALO = [withStroke(linewidth=3.5, foreground=BLACK)]


@dataclass(frozen=True)
class Surface:
    """Holds (Y, X) `values` over a grid, with the name of the quantity and its unit."""

    quantity: str
    values: Floats


def plane_contours(
    xs: Floats,
    ys: Floats,
    surfaces: Sequence[Surface],
    points: Mapping[str, tuple[float, float]],
    paths: Mapping[str, Floats],
) -> Figure:
    """Draw a panel a surface; `points` are named places and `paths` (T, 2) lines in the plane's coordinates (L2)."""
    slender = float(np.ptp(ys) / np.ptp(xs))
    rows = len(surfaces) if slender < 0.6 else 1  # a wide plane leaves no room beside it
    columns = len(surfaces) // rows
    figure = new_figure(8.5 if rows > 1 else 5.6 * columns, rows * max(2.4, 6.5 * slender + 0.4) if rows > 1 else 5.4)
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for axes, surface in zip(panels.flat, surfaces, strict=True):
        _contours(axes, xs, ys, surface)
        for name, places in paths.items():
            axes.plot(*places.T, LINES[name], color=WHITE, linewidth=2, path_effects=HALO, label=name)
        for name, place in points.items():
            axes.plot(*place, "o", color=ORANGE, markeredgecolor=BLACK, markersize=9, zorder=3)
            label = {"textcoords": "offset points", "xytext": (0, 9), "ha": "center", "path_effects": HALO}
            axes.annotate(name, place, color=WHITE, fontsize=9, zorder=4, **label)
        axes.set_aspect("equal")
    for axes in panels[-1]:
        axes.set_xlabel("along the straight line (L2 distance)")
    for axes in panels[:, 0]:
        axes.set_ylabel("at right angles (L2 distance)")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    return figure


def levels(values: Floats) -> Floats:
    """Return levels whose height above the lowest value grows geometrically: valley and walls both show structure.

    The first is a value of the lowest hundredth of the grid and the last the highest value, at most four decades apart.
    """
    values = values[np.isfinite(values)]
    low, high = float(values.min()), float(values.max())
    if low == high:
        return np.array([low, low + max(1.0, abs(low))])
    above = np.sort(values[values > low]) - low
    first = float(above[len(above) // 100])
    first = min(max(first, (high - low) / 10**DECADES), (high - low) / 10)
    return low + np.concatenate([[0.0], np.geomspace(first, high - low, LEVELS)])


def _contours(axes: Axes, xs: Floats, ys: Floats, surface: Surface) -> None:
    steps = levels(surface.values)
    # A level of its own colour each: between far levels a linear scale of colours would show the walls alone.
    colours = BoundaryNorm(steps, 256)
    values = np.ma.masked_invalid(surface.values)
    filled = axes.contourf(xs, ys, values, steps, cmap="viridis_r", norm=colours)
    axes.contour(xs, ys, values, steps[1:], colors=BLACK, linewidths=0.4, alpha=0.6)
    bar = axes.figure.colorbar(filled, ax=axes, ticks=steps, format="%.2g", shrink=0.85)
    bar.set_label(surface.quantity)
