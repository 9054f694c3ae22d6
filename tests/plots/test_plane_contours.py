"""The picture of a plane shows its surfaces, paths and points, to scale, and repeats to the byte."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from mode_connectivity.plots.plane import Surface, levels, plane_contours
from mode_connectivity.plots.style import save_figure

XS, YS = np.linspace(-1, 5, 9), np.linspace(-1, 2, 7)
BOWL = (XS[None] - 2) ** 2 / 100 + YS[:, None] ** 2
POINTS = {"original": (0.0, 0.0), "other end": (4.0, 0.0), "bend": (2.0, 1.0)}
PATHS = {"curve": np.array([[0.0, 0.0], [2.0, 0.5], [4.0, 0.0]]), "linear": np.array([[0.0, 0.0], [4.0, 0.0]])}


def drawn(ys: np.ndarray = YS) -> Figure:
    surfaces = [Surface("training loss (nats)", BOWL), Surface("test error (%)", 10 * BOWL)]
    return plane_contours(XS, ys, surfaces, POINTS, PATHS)


def test_every_panel_has_its_surface_paths_and_points_to_scale() -> None:
    panels, bars = drawn().axes[:2], drawn().axes[2:]
    assert [bar.get_ylabel() for bar in bars] == ["training loss (nats)", "test error (%)"]
    for axes in panels:
        assert axes.get_aspect() == 1
        lines = [line.get_xydata() for line in axes.lines]
        assert [np.array_equal(line, wanted) for line, wanted in zip(lines, PATHS.values(), strict=False)] == [True] * 2
        assert [tuple(np.ravel(line)) for line in lines[2:]] == list(POINTS.values())
        assert [text.get_text() for text in axes.texts] == list(POINTS)
    assert "L2" in panels[0].get_ylabel()
    assert "L2" in panels[1].get_xlabel()


def test_a_wide_plane_has_its_panels_below_each_other_and_a_high_one_side_by_side() -> None:
    for ys, stacked in ((YS, True), (4 * YS, False)):
        first, second = (axes.get_position() for axes in drawn(ys).axes[:2])
        assert (first.y0 > second.y0) == stacked
        assert (first.x0 < second.x0) == (not stacked)


def test_levels_grow_geometrically_from_the_lowest_value() -> None:
    steps = levels(BOWL)
    above = np.diff(np.log(steps[1:] - steps[0]))
    assert steps[0] == BOWL.min()
    assert steps[-1] == pytest.approx(BOWL.max())
    assert np.allclose(above, above[0])
    assert (np.diff(levels(np.full((3, 3), 2.0))) > 0).all()
    wall = BOWL.copy()
    wall[0, 0] = np.inf
    assert np.isfinite(levels(wall)).all()


def test_repeats_to_the_byte(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        save_figure(drawn(), tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
