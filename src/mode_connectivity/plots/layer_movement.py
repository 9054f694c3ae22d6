"""Draws what the swap moved in each layer beyond its control, for several depths below each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity.plots.style import BLUE, GREY, RED, SKY, new_figure, tidy

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
    """Draw a panel a variant: lengths (L2) as signed roots of energies, as chance can make unbiased ones negative."""
    figure = new_figure(10, 1.2 + 2.3 * len(movements))
    panels = figure.subplots(len(movements), 1, squeeze=False, sharex=True)[:, 0]
    for axes, (variant, movement) in zip(panels, movements.items(), strict=True):
        _panel(axes, layers, movement)
        where = f", swapped in {movement.swapped}" if movement.swapped else ""
        axes.set_title(f"{variant}{where}", loc="left", fontsize=10)
        axes.set_ylabel("L2 per layer")
    panels[-1].set_xticks(range(len(layers)), layers, rotation=45, ha="right", rotation_mode="anchor", fontsize=8)
    panels[-1].set_xlim(-0.6, len(layers) - 0.4)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    seeds = max(len(each.corrected) for each in movements.values())
    points = "a point is a seed" if seeds > 1 else "one seed"
    figure.suptitle(f"Displacement of the bend per layer, with the control and beyond it; {points}")
    return figure


def _panel(axes: Axes, layers: Sequence[str], movement: LayerMovement) -> None:
    tidy(axes)
    places = np.arange(len(layers))
    if movement.swapped is not None:
        place = list(layers).index(movement.swapped)
        axes.axvspan(place - 0.45, place + 0.45, color=RED, alpha=0.18, linewidth=0, label="swapped layer")
    for name, values, colour, shift in (
        ("|D|", movement.raw, GREY, -0.24),
        ("control, |(C + P C)/2|", movement.control, SKY, 0.0),
        ("beyond it, |D - (C + P C)/2|", movement.corrected, BLUE, 0.24),
    ):
        for seed, row in enumerate(rooted(values)):
            label = name if seed == 0 else None
            axes.plot(places + shift, row, "o", color=colour, markersize=4, alpha=0.8, linestyle="none", label=label)
    if movement.interval is not None:
        low, high = rooted(movement.interval).T
        axes.vlines(places + 0.24, low, high, color=BLUE, linewidth=2.5, alpha=0.5, label="95 % interval of its mean")
    if min(float(each.min()) for each in (movement.raw, movement.control, movement.corrected)) < 0:
        axes.axhline(0, color="#444444", linewidth=0.8)
    else:
        axes.set_ylim(bottom=0)


def rooted(energies: Floats) -> Floats:
    """Return sign(e) sqrt(|e|): a length that keeps the sign of its energy."""
    roots: Floats = np.sign(energies) * np.sqrt(np.abs(energies))
    return roots
