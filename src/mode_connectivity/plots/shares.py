"""Draws whether the swapped slices hold more of a displacement's energy than of the parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from mode_connectivity.plots.style import BLACK, GREY, WHITE, colour_of, marker_of, new_figure, tidy

FILLS: dict[str, Literal["none", "bottom", "full"]] = {"D": "none", "control": "bottom", "beyond the control": "full"}


@dataclass(frozen=True)
class Share:
    """Holds a share of energy and its standard error, None where the seeds are too few to show it."""

    value: float
    error: float | None


def energy_shares(parameters: Mapping[str, float], shares: Mapping[str, Mapping[str, Share]]) -> Figure:
    """Draw `shares[variant][what]` over the slices' share of a variant's `parameters`; `what` as in `FILLS`.

    The marker tells the variant. On the diagonal the energy is spread evenly over all parameters. Both scales are
    logarithmic; a share that is not positive (unbiased, and negative by chance) is drawn at the lower edge as a
    triangle.
    """
    variants = tuple(shares)
    figure = new_figure(7.6, 5.2)
    axes = figure.add_subplot()
    tidy(axes)
    positive = [each.value for of_variant in shares.values() for each in of_variant.values() if each.value > 0]
    low = min([*parameters.values(), *positive]) / 2
    axes.plot([low, 1], [low, 1], "--", color=GREY, linewidth=1, label="spread evenly")
    for variant, of_variant in shares.items():
        for shift, (what, fill) in zip((0.91, 1.0, 1.09), FILLS.items(), strict=True):
            if what not in of_variant:
                continue
            share, place = of_variant[what], parameters[variant] * shift
            look: dict[str, Any] = {"color": colour_of(variant, variants), "fillstyle": fill, "markersize": 8}
            look |= {"markerfacecoloralt": WHITE}
            if share.value <= 0:
                axes.plot(place, low, "v", **look)
                continue
            reach = None if share.error is None else [[min(share.error, share.value - low)], [share.error]]
            axes.errorbar(place, share.value, reach, fmt=marker_of(variant, variants), capsize=3, **look)
    for variant in variants:
        look = {"color": colour_of(variant, variants), "marker": marker_of(variant, variants)}
        axes.plot([], [], linestyle="none", label=variant, **look)
    for what, fill in FILLS.items():
        axes.plot([], [], "o", color=BLACK, fillstyle=fill, markerfacecoloralt=WHITE, markersize=8, label=what)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(min(parameters.values()) / 2, max(parameters.values()) * 2)
    axes.set_ylim(low * 0.9, min(1.3, 4 * max([*positive, *parameters.values()])))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("share of the parameters in the swapped slices")
    axes.set_ylabel("share of the energy in them")
    figure.legend(loc="outside right upper", frameon=False)
    return figure
