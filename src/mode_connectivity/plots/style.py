"""Defines one look for every figure: colours for the colour-blind (Okabe & Ito 2008), and bytes that repeat."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from mode_connectivity.foundations.atomic import whole_file

BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW, GREY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#F0E442",
    "#7F7F7F",
)
BLACK, WHITE = "#000000", "#FFFFFF"
VARIANT_COLOURS = {
    "control": GREY,
    "early": BLUE,
    "mid": ORANGE,
    "late": GREEN,
    "mirror": PURPLE,
    "random": SKY,
    "null": YELLOW,
    "reseed": BLACK,
    "rematched": RED,
}
SPARE_COLOURS = (PURPLE, SKY, YELLOW, BLACK)
MARKERS = ("o", "s", "D", "^", "v", "P", "X", "*", "p", "<", ">", "h", "8")
SEED_LINES = ("-", "--", ":", "-.")
ORDINALS = ("first", "second", "third", "fourth")
SERIES_COLOURS = (BLUE, ORANGE, GREEN, PURPLE, RED, SKY, BLACK, GREY)  # of what has no colour of its own
DPI = 100
WIDE = 100  # values further apart than this are drawn on a logarithmic scale


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure on its own Agg canvas, in inches; no global state."""
    figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def nothing_to_draw(reason: str) -> Figure:
    """Return a figure that says why there is nothing to show yet."""
    figure = new_figure(6, 1.2)
    figure.text(0.5, 0.5, reason, ha="center", va="center", color=GREY)
    return figure


def tidy(axes: Axes) -> None:
    """Keep only the two spines that carry a scale, and draw a light grid behind the data."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#dddddd", linewidth=0.8)
    axes.set_axisbelow(True)


def colour_of(variant: str, variants: tuple[str, ...]) -> str:
    """Return the colour of a variant, the same in every figure of a study."""
    others = [name for name in variants if name not in VARIANT_COLOURS]
    return VARIANT_COLOURS.get(variant) or SPARE_COLOURS[others.index(variant) % len(SPARE_COLOURS)]


def marker_of(variant: str, variants: tuple[str, ...]) -> str:
    """Return the marker of a variant, the same in every figure of a study."""
    names = [*VARIANT_COLOURS, *(name for name in variants if name not in VARIANT_COLOURS)]
    return MARKERS[names.index(variant) % len(MARKERS)]


def line_of(place: int) -> str:
    """Return the line style of the seed in this place of the study; after four they come again."""
    return SEED_LINES[place % len(SEED_LINES)]


def seed_entries(seeds: int) -> list[Line2D]:
    """Return an entry of the legend for the line style of each seed, where several are told apart by theirs."""
    shown = range(seeds if 1 < seeds <= len(SEED_LINES) else 0)
    return [entry(f"{ORDINALS[k]} seed", color=BLACK, linestyle=line_of(k)) for k in shown]


def entry(label: str, **look: Any) -> Line2D:
    """Return an entry of a legend that looks like the lines of `look`."""
    return Line2D([], [], label=label, **({"markersize": 6} | look))


def spread(count: int, width: float) -> NDArray[np.float64]:
    """Return where `count` seeds stand round their place, from left to right in their order; (count,)."""
    return np.linspace(-width / 2, width / 2, count) if count > 1 else np.zeros(count)


def save_figure(figure: Figure, path: Path) -> None:
    """Write the figure as a PNG, and as an SVG of the same name beside it; the bytes of both repeat."""
    with whole_file(path) as partial:
        figure.savefig(partial, format="png", metadata={"Software": None})
    with whole_file(path.with_suffix(".svg")) as partial, rc_context({"svg.hashsalt": "mode_connectivity"}):
        figure.savefig(partial, format="svg", metadata={"Date": None, "Creator": None})
