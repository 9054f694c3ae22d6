"""Draws what the swap moved in each layer beyond its control, for several depths below each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity.plots.style import BLUE, GREY, ORANGE, RED, new_figure, spread, tidy

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LayerMovement:
    """Holds energies (squared L2) per seed and layer, (S, L): of D, of (C + P C)/2 and of X = D - (C + P C)/2.

    `interval`: (L, 2) of X's mean, or None where the seeds are too few for one. `swapped`: the layer of the swap.
    """

    raw: Floats
    control: Floats
    corrected: Floats
    interval: Floats | None
    swapped: str | None


def layer_movements(layers: Sequence[str], movements: Mapping[str, LayerMovement]) -> Figure:
    """Draw a panel a variant: lengths (L2) as signed roots of energies, as chance can make unbiased ones negative.

    In each layer the seeds stand from left to right, and each of the three lengths has its marker.
    """
    figure = new_figure(10, 1.2 + 2.3 * len(movements))
    panels = figure.subplots(len(movements), 1, squeeze=False, sharex=True)[:, 0]
    for axes, (variant, movement) in zip(panels, movements.items(), strict=True):
        _panel(axes, layers, movement)
        where = f", swapped in {movement.swapped}" if movement.swapped else ""
        axes.set_title(f"{variant}{where}", loc="left", fontsize=10)
        axes.set_ylabel("L2 per layer")
    panels[-1].set_xticks(range(len(layers)), layers, rotation=45, ha="right", rotation_mode="anchor", fontsize=8)
    panels[-1].set_xlim(-0.6, len(layers) - 0.4)
    every = [axes.get_legend_handles_labels() for axes in panels]
    shown = {label: handle for handles, labels in every for handle, label in zip(handles, labels, strict=True)}
    figure.legend(shown.values(), shown.keys(), loc="outside lower center", ncols=len(shown), frameon=False)
    return figure


def _panel(axes: Axes, layers: Sequence[str], movement: LayerMovement) -> None:
    tidy(axes)
    places = np.arange(len(layers))
    if movement.swapped is not None:
        place = list(layers).index(movement.swapped)
        axes.axvspan(place - 0.45, place + 0.45, color=RED, alpha=0.18, linewidth=0, label="swapped layer")
    series: tuple[tuple[str, Floats, dict[str, Any], float], ...] = (
        ("|D|", movement.raw, {"color": GREY, "marker": "o"}, -0.28),
        ("control, |(C + P C)/2|", movement.control, {"color": ORANGE, "marker": "x"}, 0.0),
        ("beyond it, |D - (C + P C)/2|", movement.corrected, {"color": BLUE, "marker": "D"}, 0.28),
    )
    for name, values, look, shift in series:
        for seed, (own, row) in enumerate(zip(spread(len(values), 0.18), rooted(values), strict=True)):
            label = name if seed == 0 else None
            axes.plot(places + shift + own, row, markersize=4, linestyle="none", label=label, **look)
    if movement.interval is not None:
        low, high = rooted(movement.interval).T
        axes.vlines(places + 0.42, low, high, color=BLUE, linewidth=2.5, alpha=0.5, label="95 % interval of its mean")
    if min(float(each.min()) for each in (movement.raw, movement.control, movement.corrected)) < 0:
        axes.axhline(0, color="#444444", linewidth=0.8)
    else:
        axes.set_ylim(bottom=0)


def rooted(energies: Floats) -> Floats:
    """Return sign(e) sqrt(|e|): a length that keeps the sign of its energy."""
    roots: Floats = np.sign(energies) * np.sqrt(np.abs(energies))
    return roots
