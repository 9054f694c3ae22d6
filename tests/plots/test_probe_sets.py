"""Small multiples hold every path on every probe set; a contact sheet holds the images; both repeat."""

from pathlib import Path

import numpy as np
import pytest
import torch

from mode_connectivity.data.sets import PROBE_SETS
from mode_connectivity.plots.along_path import ProbedPath, along_probe_sets
from mode_connectivity.plots.barriers import error_barriers
from mode_connectivity.plots.contact_sheet import contact_sheet
from mode_connectivity.plots.style import save_figure

TS = np.linspace(0, 1, 5)


def paths() -> list[ProbedPath]:
    profiles = {name: (k + TS, 1 - TS / (k + 1)) for k, name in enumerate(PROBE_SETS)}
    return [
        ProbedPath("line", TS, profiles),
        ProbedPath("line", TS, profiles, place=1),
        ProbedPath("curve", TS, profiles),
    ]


def test_every_path_is_drawn_on_every_probe_set() -> None:
    figure = along_probe_sets(paths())
    assert [axes.get_title() for axes in figure.axes[:4]] == ["no cue", "cue", "rand. cue", "rand. image"]
    for column, (loss, accuracy) in enumerate(zip(figure.axes[:4], figure.axes[4:], strict=True)):
        assert [line.get_linestyle() for line in loss.lines] == ["-", "--", "-"]
        assert loss.lines[0].get_color() == loss.lines[1].get_color() != loss.lines[2].get_color()
        assert loss.lines[0].get_marker() == loss.lines[1].get_marker() != loss.lines[2].get_marker()
        assert np.array_equal(loss.lines[0].get_ydata(), column + TS)
        assert np.array_equal(accuracy.lines[2].get_ydata(), 100 * (1 - TS / (column + 1)))
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["line", "curve", "first seed", "second seed"]


def test_a_contact_sheet_shows_each_class_in_its_row() -> None:
    labels = torch.arange(30) % 3
    pixels = (80 * labels + 10)[:, None, None, None].expand(-1, 3, 4, 4).to(torch.uint8)
    (axes,) = contact_sheet(pixels, labels, ("ant", "bee", "cat")).axes
    shown = np.asarray(axes.images[0].get_array())
    assert [text.get_text() for text in axes.get_yticklabels()] == ["ant", "bee", "cat"]
    for row in range(3):
        assert np.unique(shown[6 * row : 6 * row + 4]).tolist() == [80 * row + 10, 255]
    few = contact_sheet(pixels[:3], labels[:3], ("ant", "bee", "cat")).axes[0].images[0].get_array()
    assert (np.asarray(few)[:4, 6:] == 255).all()


def test_they_repeat_to_the_byte(tmp_path: Path) -> None:
    pixels = torch.zeros(4, 3, 8, 8, dtype=torch.uint8)
    for name in ("a", "b"):
        save_figure(along_probe_sets(paths()), tmp_path / f"{name}-path.png")
        save_figure(contact_sheet(pixels, torch.arange(4), "wxyz"), tmp_path / f"{name}-sheet.png")
    for kind in ("path", "sheet"):
        assert (tmp_path / f"a-{kind}.png").read_bytes() == (tmp_path / f"b-{kind}.png").read_bytes()


def test_error_barriers_are_a_point_a_seed_with_their_mean_and_interval() -> None:
    values = np.array([0.1, 0.2, 0.3])
    barriers = {name: {"cue": values, "no_cue": values} for name in ("a", "b")}
    intervals: dict[str, dict[str, tuple[float, float] | None]] = {
        "a": {"cue": (0.1, 0.3), "no_cue": None},
        "b": {"cue": None, "no_cue": None},
    }
    figure = error_barriers(barriers, intervals, 0.05, [3, 4, 5])
    first, second = figure.axes
    assert [len(axes.lines) for axes in (first, second)] == [2 * 4 + 1 + 1, 2 * 4 + 1]
    points = [np.asarray(line.get_xdata()).tolist() for line in first.lines]
    assert points[:3] == [[10], [20], [30]]
    assert len({line.get_marker() for line in first.lines[:3]}) == 3
    assert points[3] == pytest.approx([20])
    assert points[4] == pytest.approx([10, 30])
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["seed 3", "seed 4", "seed 5", "their mean"]
    assert [label.get_text() for label in first.get_yticklabels()] == ["a", "b"]
