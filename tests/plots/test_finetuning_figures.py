"""The figure of fine-tuning draws every method and seed, and repeats to the byte."""

from pathlib import Path

import numpy as np

from mode_connectivity.plots.finetuning import accuracy_while_tuned
from mode_connectivity.plots.style import nothing_to_draw, save_figure

SETS = ("no_cue", "cue", "rand_cue", "rand_image")


def accuracy() -> dict[str, list[dict[str, np.ndarray]]]:
    return {
        method: [{name: 0.1 * k + 0.05 * seed + np.linspace(0, 0.1, epochs) for k, name in enumerate(SETS)}] * 2
        for method, epochs, seed in (("naive", 5, 0), ("llrt", 50, 1))
    }


def test_every_method_and_seed_is_a_line_from_start_to_end_in_every_panel() -> None:
    figure = accuracy_while_tuned(accuracy(), 0.1)
    assert [axes.get_title() for axes in figure.axes] == ["no cue", "cue", "rand. cue", "rand. image"]
    for axes in figure.axes:
        *lines, chance = axes.lines
        assert len(lines) == 4
        assert [np.asarray(line.get_xdata())[[0, -1]].tolist() for line in lines] == [[0, 100]] * 4
        assert set(np.asarray(chance.get_ydata()).tolist()) == {10}
        assert [line.get_linestyle() for line in lines] == ["-", "--"] * 2
        assert lines[0].get_marker() == lines[1].get_marker() != lines[2].get_marker()
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["naive", "llrt", "first seed", "second seed", "chance"]


def test_figures_repeat_to_the_byte(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_figure(accuracy_while_tuned(accuracy(), 0.1), tmp_path / f"{name}-epochs.png")
        save_figure(nothing_to_draw("nothing"), tmp_path / f"{name}-empty.png")
    for kind in ("epochs", "empty"):
        assert (tmp_path / f"a-{kind}.png").read_bytes() == (tmp_path / f"b-{kind}.png").read_bytes()
