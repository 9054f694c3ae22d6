"""Figures show what they are given, mark the swap, and repeat to the byte."""

from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pytest

from mode_connectivity.plots.along_path import metrics_along_path
from mode_connectivity.plots.animation import Evolution, evolution_frames, evolution_heatmap, save_gif
from mode_connectivity.plots.barriers import barriers
from mode_connectivity.plots.displacements import displacements
from mode_connectivity.plots.style import BLUE, PURPLE, RED, save_figure

TS = np.linspace(0, 1, 7)
LAYERS = ("conv.0", "conv.2", "fc.1")


def evolution(swapped: str | None = "conv.2") -> Evolution:
    distances = np.stack([TS, 2 * TS, TS * (1 - TS)], axis=1)
    readers = () if swapped is None else ("fc.1",)
    return Evolution(LAYERS, TS, distances, swapped, "L2", readers)


def pixels_of(frame: np.ndarray, colour: str) -> int:
    rgb = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
    return int((frame == np.array(rgb)).all(-1).sum())


def test_bars_grow_with_the_distances_and_the_swapped_one_is_vermilion() -> None:
    frames = evolution_frames(evolution())
    red = [pixels_of(frame, RED) for frame in frames]
    blue = [pixels_of(frame, BLUE) for frame in frames]
    purple = [pixels_of(frame, PURPLE) for frame in frames]
    steps = np.diff(red)
    assert steps.min() > 0
    assert steps.max() - steps.min() < 0.05 * steps.max()
    assert purple[3] > purple[0] == purple[-1]
    assert red[-1] - red[0] == pytest.approx(2 * (blue[-1] - blue[0]), rel=0.05)
    plain = evolution_frames(evolution(None))
    assert pixels_of(plain[-1], RED) == pixels_of(plain[-1], PURPLE) == 0


def test_a_gif_keeps_the_colour_of_bars_that_vanish_at_both_ends(tmp_path: Path) -> None:
    arch = Evolution(LAYERS, TS, np.outer(TS * (1 - TS), [1.0, 2.0, 3.0]), "conv.2", "L2")
    save_gif(evolution_frames(arch), tmp_path / "x.gif", fps=5)
    middle = imageio.imread(tmp_path / "x.gif", index=None)[3, ..., :3]
    assert min(pixels_of(middle, BLUE), pixels_of(middle, RED)) > 1000


def test_a_gif_shows_the_swapped_layer_in_vermilion_and_its_reader_in_purple(tmp_path: Path) -> None:
    """The very colours of Okabe and Ito, by which documents name them."""
    save_gif(evolution_frames(evolution()), tmp_path / "x.gif", fps=5)
    middle = imageio.imread(tmp_path / "x.gif", index=None)[3, ..., :3]
    assert all(pixels_of(middle, colour) > 1000 for colour in ("#D55E00", "#CC79A7", "#0072B2"))


def test_gif_holds_every_frame_and_repeats(tmp_path: Path) -> None:
    frames = evolution_frames(evolution())
    for name in ("a.gif", "b.gif"):
        save_gif(frames, tmp_path / name, fps=5)
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()
    read = imageio.imread(tmp_path / "a.gif", index=None)
    assert len(read) == len(TS)
    assert (read[0, 2, 2, :3] == 255).all()
    difference = np.abs(read[..., :3].astype(int) - frames.astype(int))
    assert np.percentile(difference, 99) < 32
    assert imageio.immeta(tmp_path / "a.gif")["duration"] == 200


def test_nothing_that_moves_still_draws(tmp_path: Path) -> None:
    still = Evolution(LAYERS, TS, np.zeros((7, 3)), None, "L2")
    save_gif(evolution_frames(still), tmp_path / "still.gif", fps=10)
    save_figure(evolution_heatmap(still), tmp_path / "still.png")
    assert len(imageio.imread(tmp_path / "still.gif", index=None)) == 7


def test_pictures_repeat_to_the_byte(tmp_path: Path) -> None:
    loss = {"bezier": {"train": (TS, 1 - TS), "test": (TS, 1 - TS)}, "linear": {"train": (TS**2, 1 - TS)}}
    values = {"control": np.array([0.1, 0.2]), "mid": np.array([0.3, 0.4])}
    layers = {name: np.outer(rows, [1.0, 2.0, 3.0]) for name, rows in values.items()}
    for name in ("a", "b"):
        save_figure(evolution_heatmap(evolution()), tmp_path / f"{name}-heat.png")
        save_figure(metrics_along_path(TS, loss), tmp_path / f"{name}-path.png")
        save_figure(barriers(("control", "mid"), values, values), tmp_path / f"{name}-bar.png")
        swapped = {"control": None, "mid": "conv.2"}
        save_figure(displacements(LAYERS, ("control", "mid"), layers, swapped), tmp_path / f"{name}-d.png")
    for kind in ("heat", "path", "bar", "d"):
        first = (tmp_path / f"a-{kind}.png").read_bytes()
        assert first == (tmp_path / f"b-{kind}.png").read_bytes()
        assert len(first) > 5000


def test_vector_graphics_repeat_to_the_byte_and_name_no_date(tmp_path: Path) -> None:
    values = {"control": np.array([0.1, 0.2]), "mid": np.array([0.3, 0.4])}
    for name in ("a", "b"):
        save_figure(barriers(("control", "mid"), values, values), tmp_path / name / "barriers.png")
        assert (tmp_path / name / "barriers.png").is_file()
    first, second = ((tmp_path / name / "barriers.svg").read_text() for name in ("a", "b"))
    assert first == second
    assert "dc:date" not in first


def test_a_variant_has_its_marker_and_a_seed_its_line() -> None:
    variants = ("control", "mid", "mine")
    layers = {name: np.outer([1.0, 1.1], [1.0, 2.0, 3.0]) for name in variants}
    axes = displacements(LAYERS, variants, layers, {"control": None, "mid": "conv.2", "mine": None}).axes[0]
    lines = [line for line in axes.lines if len(np.asarray(line.get_xdata())) == len(LAYERS)]
    assert len({line.get_marker() for line in lines}) == len(variants)
    assert [line.get_linestyle() for line in lines] == ["-", "--"] * len(variants)
    assert axes.get_title() == ""
