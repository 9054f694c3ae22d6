"""The figures of a verdict draw every value that they are given, at its place, and mark the swap and the margin."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from mode_connectivity.plots import against_control
from mode_connectivity.plots.against_control import losses_beside_control
from mode_connectivity.plots.convergence import convergence
from mode_connectivity.plots.dose import MARKERS, SERIES, dose_response
from mode_connectivity.plots.layer_movement import LayerMovement, layer_movements, rooted
from mode_connectivity.plots.recovery import SEED_MARKERS, Recovery, recovery
from mode_connectivity.plots.style import BLACK, BLUE, GREY, nothing_to_draw, save_figure
from mode_connectivity.reports.neuron_swap.figures import gaps_by_epochs
from mode_connectivity.statistics.verdicts import PRIMARY

TS = np.linspace(0, 1, 5)
LAYERS = ("conv.0", "conv.2", "fc.1")


def drawn(axes: Axes, colour: str, marker: str) -> list[tuple[float, float]]:
    lines = [line for line in axes.lines if to_hex(line.get_color()) == colour.lower() and line.get_marker() == marker]
    points = [tuple(point) for line in lines for point in np.asarray(line.get_xydata(), dtype=float).tolist()]
    return [(x, y) for x, y in points]


def legend_of(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


def paths(control: bool = True) -> Figure:
    losses = {
        variant: {
            name: {probe: factor * (k + 1) * np.array([1 + TS, 2 - TS]) for probe in ("train", "test")}
            for k, name in enumerate(against_control.LOOKS)
            if control or name != "control's curve"
        }
        for variant, factor in (("mid", 1.0), ("late", 2.0))
    }
    return losses_beside_control(TS, losses)


def test_every_path_and_seed_is_a_line_beside_the_control() -> None:
    figure = paths()
    assert [axes.get_title() for axes in figure.axes[:2]] == ["mid", "late"]
    assert [axes.get_ylabel() for axes in figure.axes[::2]] == ["training loss (nats)", "test loss (nats)"]
    assert legend_of(figure) == ["line", "curve", "control's curve", "first seed", "second seed"]
    assert {line.get_linestyle() for line in figure.axes[0].lines[:2]} == {"-", "--"}
    for axes in figure.axes:
        assert len(axes.lines) == 6
        assert axes.get_yscale() == "log"  # from 1 to 12
    assert np.array_equal(figure.axes[1].lines[2].get_ydata(), 2 * 2 * (1 + TS))
    assert legend_of(paths(control=False))[:3] == ["line", "curve", "first seed"]


def movement(interval: bool, swapped: str | None = "conv.2") -> LayerMovement:
    raw = np.array([[1.0, 4.0, 9.0], [4.0, 1.0, 1.0]])
    band = np.array([[-1.0, 4.0]] * 3) if interval else None
    return LayerMovement(raw, raw / 4, raw - 2, band, swapped)


def test_layers_show_lengths_with_their_sign_and_the_swapped_layer() -> None:
    assert rooted(np.array([-4.0, 0.0, 9.0])).tolist() == [-2, 0, 3]
    figure = layer_movements(LAYERS, {"mid": movement(True), "mirror": movement(False, None)})
    mid, mirror = figure.axes
    assert mid.get_title(loc="left") == "mid, swapped in conv.2"
    assert mirror.get_title(loc="left") == "mirror"
    assert [label.get_text() for label in mirror.get_xticklabels()] == list(LAYERS)
    (band,) = mid.patches
    assert band.get_x() < 1 < band.get_x() + band.get_width()  # type: ignore[attr-defined]
    assert not mirror.patches
    assert len(mid.collections) == 1
    assert not mirror.collections
    plain, beyond = ([line for line in mid.lines if line.get_marker() == marker] for marker in "oD")
    assert [np.asarray(line.get_ydata()).tolist() for line in plain] == [[1, 2, 3], [2, 1, 1]]
    assert np.asarray(plain[0].get_xdata())[1] < np.asarray(plain[1].get_xdata())[1]  # seeds from left to right
    assert np.allclose(np.asarray(beyond[0].get_ydata()), [-1, 2**0.5, 7**0.5])
    assert "95 % interval of its mean" in legend_of(figure)


def recoveries() -> Figure:
    mid = {
        "repair": Recovery([0.7, 0.6, 0.5], 0.65),
        "slices": Recovery([0.9, None, -3.0], 0.5, (0.2, None)),
    }
    late = {"all": Recovery([1.0, None, 1.1], 1.0, (0.9, 1.1))}
    found = {"mid": mid, "late": late, "early": {}}
    return recovery(["repair", "slices", "all"], found, [20, 21, 22], ["repair"])


def test_a_study_without_any_barrier_says_so_at_every_depth() -> None:
    figure = recovery(["repair", "slices"], {"mid": {}, "late": {}}, [20, 21, 22], ["repair"])
    assert all("no barrier" in axes.texts[0].get_text() for axes in figure.axes)
    assert figure.axes[0].get_ylim() == pytest.approx((-0.08, 1.08))


def test_recoveries_stand_in_columns_with_seeds_and_intervals_and_far_ones_at_the_edge() -> None:
    figure = recoveries()
    mid, late, early = figure.axes
    assert [axes.get_title() for axes in (mid, late, early)] == ["mid", "late", "early"]
    assert [label.get_text() for label in mid.get_xticklabels()] == ["REPAIR", "slices"]
    markers = SEED_MARKERS[:3]
    assert [[y for _, y in drawn(mid, GREY, marker)] for marker in markers] == [[0.7, 0.9], [0.6], [0.5]]
    assert [y for _, y in drawn(mid, GREY, "v")] == [-0.5]
    assert [(round(x), y) for x, y in drawn(mid, BLUE, "D")] == [(0, 0.65), (1, 0.5)]
    assert legend_of(figure) == ["seed 20", "seed 21", "seed 22", "all seeds", "its interval"]
    assert "no barrier" in early.texts[0].get_text()
    ((interval,),) = (each.get_segments() for each in mid.collections if isinstance(each, LineCollection))
    assert interval[:, 1].tolist() == [0.2, 1.5]
    (shade,) = mid.patches
    assert shade.get_x() + shade.get_width() == 0.5  # type: ignore[attr-defined]
    assert drawn(late, BLUE, "D") == [(0.25, 1.0)]


def converged() -> Figure:
    return convergence({"mid": {"slices": {20: 0.4, 40: 0.1}, "all": {20: 0.0, 40: 0.01}}}, settled=0.05)


def test_gaps_stand_over_epochs_within_a_band() -> None:
    figure = converged()
    (axes,) = figure.axes
    assert [np.asarray(line.get_xydata()).tolist() for line in axes.lines[1:3]] == [
        [[20, 0.4], [40, 0.1]],
        [[20, 0], [40, 0.01]],
    ]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["20", "40"]
    assert [line.get_linestyle() for line in axes.lines[1:3]] == [":", "-"]
    assert axes.lines[1].get_marker() != axes.lines[2].get_marker()
    assert legend_of(figure) == ["slices", "all", "moves by 5% or more"]


def doses() -> Figure:
    return dose_response({"mid": ({"entries": [(0.1, 0.9), (0.001, 0.2)]}, {"slices": (0.05, 1.0)}), "late": ({}, {})})


def test_doses_are_joined_in_order_and_regions_are_named() -> None:
    figure = doses()
    mid = figure.axes[0]
    colour, marker = SERIES["entries"]
    assert drawn(mid, colour, marker) == [(0.001, 0.2), (0.1, 0.9)]
    assert drawn(mid, BLACK, MARKERS[0]) == [(0.05, 1.0)]
    assert mid.get_xscale() == "log"
    assert legend_of(figure) == ["random weights of the network", "slices"]


def test_pictures_repeat_to_the_byte(tmp_path: Path) -> None:
    def draw(name: str) -> list[bytes]:
        figures = [
            paths(),
            layer_movements(LAYERS, {"mid": movement(True)}),
            recoveries(),
            converged(),
            doses(),
            nothing_to_draw("no swap beside a control"),
        ]
        for k, figure in enumerate(figures):
            save_figure(figure, tmp_path / f"{name}{k}.png")
        return [(tmp_path / f"{name}{k}.{kind}").read_bytes() for k in range(len(figures)) for kind in ("png", "svg")]

    first = draw("a")
    assert first == draw("b")
    assert all(len(each) > 1000 for each in first)


def test_convergence_leaves_out_a_depth_without_a_barrier() -> None:
    efforts = {"1": {"epochs": 20, "gap": [0.2, 0.1]}, "2": {"epochs": 40, "gap": [0.1, 0.1]}}
    depth = {"line": {PRIMARY: [0.5, 0.5]}, "gaps": {"affine": {"efforts": efforts}}}
    found = {**depth, "verdict": {"measures": {PRIMARY: {"recovery": {"affine": {"value": 0.7}}}}}}
    lost = {**depth, "verdict": {"measures": {PRIMARY: {"recovery": {}}}}}
    shares = gaps_by_epochs({"early": lost, "mid": found})
    assert shares == {"mid": {"affine": {20: pytest.approx(0.3), 40: pytest.approx(0.2)}}}
    legend = convergence(shares, settled=0.05).legends[0]
    assert "scale and shift" in [text.get_text() for text in legend.get_texts()]
