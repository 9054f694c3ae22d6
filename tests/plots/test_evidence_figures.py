"""The figures of a verdict draw every value that they are given, at its place, and mark the swap and the margin."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from mode_connectivity.plots import against_control, restricted
from mode_connectivity.plots.against_control import losses_beside_control
from mode_connectivity.plots.layer_movement import LayerMovement, layer_movements, rooted
from mode_connectivity.plots.restricted import restricted_excess
from mode_connectivity.plots.shares import Share, energy_shares
from mode_connectivity.plots.style import nothing_to_draw, save_png

TS = np.linspace(0, 1, 5)
LAYERS = ("conv.0", "conv.2", "fc.1")
LOOKS = list(restricted.LOOKS)


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
    assert legend_of(figure) == ["line", "curve", "control's curve"]
    for axes in figure.axes:
        assert len(axes.lines) == 6
        assert axes.get_yscale() == "linear"
    assert np.array_equal(figure.axes[1].lines[2].get_ydata(), 2 * 2 * (1 + TS))
    assert legend_of(paths(control=False)) == ["line", "curve"]


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
    heights = [line.get_ydata() for line in mid.lines if line.get_marker() == "o"]
    assert [np.asarray(each).tolist() for each in heights[:2]] == [[1, 2, 3], [2, 1, 1]]
    assert np.allclose(np.asarray(heights[4]), [-1, 2**0.5, 7**0.5])
    assert "95 % interval of its mean" in legend_of(figure)


def excess(scale: float = 1.0) -> dict[str, dict[str, dict[str, np.ndarray]]]:
    values = {"slices": scale * np.array([0.1, 0.2]), "all": scale * np.array([0.3, 0.4])}
    return {variant: dict.fromkeys(LOOKS, values) for variant in ("mid", "late")}


def test_restricted_curves_stand_over_what_may_move() -> None:
    kinds = ["slices", "outside", "all"]
    measures = {"excess (nats)": excess(), "gap (nats)": excess(2)}
    figure = restricted_excess(kinds, measures, {"mid": {"all": (0.3, 0.4)}}, margin=0.05)
    assert len(figure.axes) == 4
    assert [axes.get_ylabel() for axes in figure.axes[::2]] == ["excess (nats)", "gap (nats)"]
    assert [label.get_text() for label in figure.axes[2].get_xticklabels()] == kinds
    colour, marker = restricted.LOOKS[LOOKS[0]]
    points = drawn(figure.axes[0], colour, marker)
    assert [(round(x), y) for x, y in points] == [(0, 0.1), (0, 0.2), (2, 0.3), (2, 0.4)]
    assert [y for _, y in drawn(figure.axes[2], colour, marker)] == [0.2, 0.4, 0.6, 0.8]
    assert [len(axes.collections) for axes in figure.axes] == [1, 0, 0, 0]
    ((interval,),) = (each.get_segments() for each in figure.axes[0].collections if isinstance(each, LineCollection))
    assert interval[:, 1].tolist() == [0.3, 0.4]
    assert interval[0, 0] < 2 - 0.3  # beside the points, not beneath them
    assert {axes.get_yscale() for axes in figure.axes} == {"symlog"}
    for axes in figure.axes:
        (band,) = axes.patches
        assert (band.get_y(), band.get_y() + band.get_height()) == pytest.approx((-0.05, 0.05))  # type: ignore[attr-defined]
    assert legend_of(figure) == ["within the margin", *LOOKS, "trained, training set: 95 % interval of the mean"]


def shares() -> Figure:
    found = {
        "mid": {"D": Share(0.06, None), "beyond the control": Share(0.2, 0.05)},
        "late": {"beyond the control": Share(-0.1, 0.2)},
    }
    return energy_shares({"mid": 0.01, "late": 0.02}, found)


def test_shares_stand_over_the_share_of_parameters_and_negative_ones_at_the_edge() -> None:
    axes = shares().axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    diagonal = np.asarray(axes.lines[0].get_xydata())
    assert np.array_equal(diagonal[:, 0], diagonal[:, 1])
    points = {line.get_marker(): line.get_xydata() for line in axes.lines if len(np.asarray(line.get_xdata())) == 1}
    assert np.asarray(points["o"])[0] == pytest.approx((0.01, 0.06), rel=0.1)
    assert np.asarray(points["D"])[0] == pytest.approx((0.01, 0.2), rel=0.1)
    assert np.asarray(points["v"])[0, 1] < 0.01
    assert "parameters" in axes.get_xlabel()


def test_pictures_repeat_to_the_byte(tmp_path: Path) -> None:
    def draw(name: str) -> list[bytes]:
        figures = [
            paths(),
            layer_movements(LAYERS, {"mid": movement(True)}),
            restricted_excess(["slices", "all"], {"excess (nats)": excess()}, {}),
            shares(),
            nothing_to_draw("no swap beside a control"),
        ]
        for k, figure in enumerate(figures):
            save_png(figure, tmp_path / f"{name}{k}.png")
        return [(tmp_path / f"{name}{k}.png").read_bytes() for k in range(len(figures))]

    first = draw("a")
    assert first == draw("b")
    assert all(len(each) > 1000 for each in first)
