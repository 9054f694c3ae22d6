"""Fine-tuning on the probe sets: accuracy while it goes on, and the straight line back to the pretrained network."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mode_connectivity.plots.style import BLUE, GREEN, GREY, PURPLE, RED, new_figure, tidy

Floats = NDArray[np.float64]
Curves = Mapping[str, Sequence[Mapping[str, Floats]]]  # method -> one mapping a seed: probe set -> values
METHOD_COLOURS = {"naive": BLUE, "llrt": PURPLE, "lpft": GREEN, "cbft": RED, "scratch": GREY}
PANEL = 2.7


def words(probe_set: str) -> str:
    """The name of a probe set as a figure says it."""
    return probe_set.replace("_", " ").replace("rand ", "rand. ")


def accuracy_while_tuned(accuracy: Curves, chance: float) -> Figure:
    """Accuracy in [0, 1] against the share of a method's own training; the first value is that before it."""
    sets = _sets(accuracy)
    figure = new_figure(PANEL * len(sets) + 0.6, 3.6)
    panels = figure.subplots(1, len(sets), sharey=True, squeeze=False)[0]
    for axes, name in zip(panels, sets, strict=True):
        for method, seeds in accuracy.items():
            for row, values in enumerate(seeds):
                shares = np.linspace(0, 100, len(values[name]))
                _line(axes, shares, 100 * values[name], method, first=row == 0)
        axes.axhline(100 * chance, color="black", linewidth=0.8, linestyle=":")
        axes.set_title(words(name))
        axes.set_xlabel("training done (%)")
        axes.set_ylim(0, 102)
    panels[0].set_ylabel("accuracy (%)")
    _finish(figure, panels[0], "Accuracy while a method trains; a line is a seed, dotted is chance")
    return figure


def paths_from_pretrained(ts: Floats, loss: Curves, accuracy: Curves) -> Figure:
    """The straight line from the pretrained (t = 0) to the fine-tuned network: loss (nats) above, accuracy below."""
    sets = _sets(loss)
    figure = new_figure(PANEL * len(sets) + 0.6, 5.6)
    panels = figure.subplots(2, len(sets), sharex=True, sharey="row", squeeze=False)
    for place, name in enumerate(sets):
        above, below = panels[0, place], panels[1, place]
        for method in loss:
            for row, (losses, accuracies) in enumerate(zip(loss[method], accuracy[method], strict=True)):
                _line(above, ts, losses[name], method, first=row == 0)
                _line(below, ts, 100 * accuracies[name], method, first=False)
        above.set_title(words(name))
        below.set_xlabel("t")
        below.set_ylim(0, 102)
    _cut_high(panels[0, 0], [losses[name] for seeds in loss.values() for losses in seeds for name in sets])
    panels[0, 0].set_ylabel("cross entropy (nats)")
    panels[1, 0].set_ylabel("accuracy (%)")
    _finish(figure, panels[0, 0], "From the pretrained network (t = 0) straight to the fine-tuned one (t = 1)")
    return figure


def _cut_high(axes: Axes, losses: Sequence[Floats]) -> None:
    """A scale on which losses of a nat and of hundreds both show, where there are both."""
    highest = max(float(values.max()) for values in losses)
    if highest > 10 * float(np.median(np.concatenate(list(losses)))):
        axes.set_yscale("symlog", linthresh=1.0)
    axes.set_ylim(bottom=0)


def _sets(curves: Curves) -> list[str]:
    return list(next(iter(curves.values()))[0])


def _line(axes: Axes, x: Floats, y: Floats, method: str, *, first: bool) -> None:
    axes.plot(x, y, color=METHOD_COLOURS[method], linewidth=1.3, alpha=0.85, label=method if first else None)


def _finish(figure: Figure, axes: Axes, title: str) -> None:
    for each in figure.axes:
        tidy(each)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    figure.suptitle(title)
