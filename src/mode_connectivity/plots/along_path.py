"""Draws loss and accuracy along paths, on training and test images or on every probe set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity.plots.style import BLUE, MARKERS, ORANGE, SERIES_COLOURS, line_of, new_figure, seed_entries, tidy

Floats = NDArray[np.float64]
OF_PROBE = {"train": BLUE, "test": ORANGE}
STRAIGHT = "linear"  # dashed; every other path is solid


def metrics_along_path(ts: Floats, profiles: Mapping[str, Mapping[str, tuple[Floats, Floats]]]) -> Figure:
    """Draw `profiles[path][probe set]` = (loss, accuracy), both (T,); loss in nats, accuracy as a percentage."""
    figure = new_figure(10, 4)
    left, right = figure.subplots(1, 2)
    for path, sets in profiles.items():
        for probe, (loss, accuracy) in sets.items():
            style = {
                "color": OF_PROBE[probe],
                "linestyle": "--" if path == STRAIGHT else "-",
                "label": f"{path}, {probe}",
            }
            left.plot(ts, loss, **style)
            right.plot(ts, 100 * accuracy, **style)
    left.set_ylabel("cross entropy (nats)")
    right.set_ylabel("accuracy (%)")
    for axes in (left, right):
        tidy(axes)
        axes.set_xlabel("t")
        axes.ticklabel_format(axis="y", useOffset=False)
    left.set_ylim(bottom=0)
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    return figure


COLOURS = SERIES_COLOURS[:-1]  # grey is for chance and controls
TITLES = {"no_cue": "no cue", "cue": "cue", "rand_cue": "rand. cue", "rand_image": "rand. image"}


@dataclass(frozen=True)
class ProbedPath:
    """Holds one path: per probe set its loss (nats) and accuracy ([0, 1]) at each of `ts`, (T,) each.

    Paths of one `label` share colour, marker and an entry of the legend; `place` tells those of several seeds apart.
    """

    label: str
    ts: Floats
    profiles: Mapping[str, tuple[Floats, Floats]]
    place: int = 0


def along_probe_sets(paths: Sequence[ProbedPath], *, ends: tuple[str, str] = ("t = 0", "t = 1")) -> Figure:
    """Draw a column a probe set, loss above accuracy; columns share their scales, the line's style tells the seed."""
    probes = list(paths[0].profiles)
    labels = list(dict.fromkeys(path.label for path in paths))
    figure = new_figure(2.7 * len(probes) + 0.6, 5.6)
    grid = figure.subplots(2, len(probes), sharex=True, sharey="row", squeeze=False)
    for column, probe in enumerate(probes):
        for path in paths:
            style = {
                "color": COLOURS[labels.index(path.label) % len(COLOURS)],
                "linestyle": line_of(path.place),
                "marker": MARKERS[labels.index(path.label) % len(MARKERS)],
                "markersize": 4,
                "linewidth": 1.3,
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
    shown = [*(first[name] for name in labels), *seed_entries(1 + max(path.place for path in paths))]
    figure.legend(handles=shown, loc="outside lower center", ncols=4, frameon=False)
    return figure
