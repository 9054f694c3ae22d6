"""Draws paths on every probe set, as small multiples: what a network reads, and where on the path that changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity.plots.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, RED, SKY, new_figure, tidy

Floats = NDArray[np.float64]
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, RED, SKY, BLACK)
TITLES = {"no_cue": "no cue", "cue": "cue", "rand_cue": "rand. cue", "rand_image": "rand. image"}


@dataclass(frozen=True)
class ProbedPath:
    """Holds one path: per probe set its loss (nats) and accuracy ([0, 1]) at each of `ts`, (T,) each.

    Paths of one `label` share a colour and one entry of the legend.
    """

    label: str
    ts: Floats
    profiles: Mapping[str, tuple[Floats, Floats]]
    dashed: bool = False


def along_probe_sets(
    paths: Sequence[ProbedPath], *, title: str, note: str = "", ends: tuple[str, str] = ("t = 0", "t = 1")
) -> Figure:
    """Draw a column a probe set, loss above accuracy; columns share their scales. `note` stands below the title."""
    probes = list(paths[0].profiles)
    labels = list(dict.fromkeys(path.label for path in paths))
    figure = new_figure(2.7 * len(probes) + 0.6, 5.6)
    grid = figure.subplots(2, len(probes), sharex=True, sharey="row", squeeze=False)
    for column, probe in enumerate(probes):
        for path in paths:
            style = {
                "color": COLOURS[labels.index(path.label) % len(COLOURS)],
                "linestyle": "--" if path.dashed else "-",
                "marker": "o",
                "markersize": 2.5,
                "linewidth": 1.4,
            }
            loss, accuracy = path.profiles[probe]
            grid[0, column].plot(path.ts, loss, label=path.label, **style)
            grid[1, column].plot(path.ts, 100 * accuracy, **style)
        grid[0, column].set_title(TITLES.get(probe, probe))
        grid[1, column].set_xticks([0, 0.5, 1], [ends[0], "0.5", ends[1]])
        for axes in grid[:, column]:
            tidy(axes)
    grid[0, 0].set_ylabel("cross entropy (nats)")
    grid[1, 0].set_ylabel("accuracy (%)")
    grid[0, 0].set_ylim(bottom=0)
    grid[1, 0].set_ylim(0, 102)
    handles, names = grid[0, 0].get_legend_handles_labels()
    first = {name: handle for handle, name in reversed(list(zip(handles, names, strict=True)))}
    figure.legend([first[name] for name in labels], labels, loc="outside lower center", ncols=5, frameon=False)
    figure.suptitle(f"{title}\n{note}" if note else title, fontsize=10)
    return figure
