"""The figures of a study of many variants can be read: names stand apart, and no panel shrinks to nothing."""

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.text import Text

from mode_connectivity.plots.against_control import LOOKS, PROBES, losses_beside_control
from mode_connectivity.plots.barriers import barriers
from mode_connectivity.plots.displacements import displacements

LAYERS = tuple(f"features.{k}" for k in range(16))
TS = np.linspace(0, 1, 5)
MANY = pytest.mark.parametrize("count", [16, 64])


def names(count: int) -> tuple[str, ...]:
    return tuple(f"swap_{k:02d}" for k in range(count))


def drawn(figure: Figure) -> Figure:
    FigureCanvasAgg(figure).draw()
    return figure


def apart(labels: list[Text], side: int) -> bool:
    """Whether neighbours begin at least as far from each other as a line is high."""
    starts = [label.get_window_extent().get_points()[1, side] for label in labels if label.get_text()]
    return bool(np.abs(np.diff(starts)).min() >= 0.9 * float(labels[0].get_fontsize()) * 100 / 72)


def height(axes: Axes) -> float:
    return float(axes.get_window_extent().height)


@MANY
def test_barriers(count: int) -> None:
    values = {name: np.array([0.1, 0.2]) * (k + 1) for k, name in enumerate(names(count))}
    figure = drawn(barriers(names(count), values, values))
    assert apart(figure.axes[1].get_xticklabels(), 0)
    assert all(height(axes) > 200 for axes in figure.axes)
    assert [len(axes.lines) for axes in figure.axes] == [count, count]


@MANY
def test_displacements_are_a_map_of_the_seeds_means_with_the_swapped_layers_ringed(count: int) -> None:
    values = {name: np.array([np.arange(16.0) + k, np.arange(16.0) + k + 2]) for k, name in enumerate(names(count))}
    swapped = {name: None if k == 0 else LAYERS[k % 16] for k, name in enumerate(names(count))}
    figure = drawn(displacements(LAYERS, names(count), values, swapped))
    axes = figure.axes[0]
    (mesh,) = (each for each in axes.collections if isinstance(each, QuadMesh))
    assert np.array_equal(np.asarray(mesh.get_array()), np.arange(16) + np.arange(count)[:, None] + 1.0)
    rings = {(int(x), int(y)) for x, y in np.asarray(axes.lines[0].get_xydata())}
    assert rings == {(k % 16, k) for k in range(1, count)}
    assert apart(axes.get_yticklabels(), 1)


@MANY
def test_paths_go_on_below_with_one_scale_a_probe_set(count: int) -> None:
    losses = {
        name: {path: {probe: np.full((2, 5), k + 1.0) for probe in PROBES} for path in LOOKS}
        for k, name in enumerate(names(count))
    }
    figure = drawn(losses_beside_control(TS, losses))
    assert figure.get_figwidth() < 20
    titled = [axes for axes in figure.axes if axes.get_title()]
    assert [axes.get_title() for axes in titled] == list(names(count))
    assert len({axes.get_ylim() for axes in titled}) == 1
    for axes in titled:
        assert len(axes.lines) == 2 * len(LOOKS)
        assert height(axes) > 150
