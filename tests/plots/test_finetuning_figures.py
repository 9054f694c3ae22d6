"""The figures of fine-tuning draw every method and seed, and repeat to the byte."""

from pathlib import Path

import numpy as np

from mode_connectivity.plots.finetuning import METHOD_COLOURS, accuracy_while_tuned, paths_from_pretrained
from mode_connectivity.plots.style import save_png

SETS = ("no_cue", "cue", "rand_cue", "rand_image")
TS = np.linspace(0, 1, 5)


def curves(scale: float = 1.0) -> dict[str, list[dict[str, np.ndarray]]]:
    rows = {name: k for k, name in enumerate(SETS)}
    return {
        method: [{name: scale * (0.1 * rows[name] + 0.05 * seed + 0.1 * TS) for name in SETS} for seed in (0, 1)]
        for method in METHOD_COLOURS
    }


def test_every_method_and_seed_is_a_line_in_every_panel() -> None:
    while_tuned, paths = accuracy_while_tuned(curves(), 0.1), paths_from_pretrained(TS, curves(), curves())
    lines = 2 * len(METHOD_COLOURS)
    assert [len(axes.lines) for axes in while_tuned.axes] == [lines + 1] * 4  # and chance
    assert [len(axes.lines) for axes in paths.axes] == [lines] * 8
    assert [axes.get_title() for axes in paths.axes[:4]] == ["no cue", "cue", "rand. cue", "rand. image"]
    for figure in (while_tuned, paths):
        assert [text.get_text() for text in figure.legends[0].get_texts()] == list(METHOD_COLOURS)


def test_a_loss_of_hundreds_does_not_hide_the_others() -> None:
    high = curves() | {"llrt": curves(scale=900.0)["llrt"]}
    assert paths_from_pretrained(TS, high, curves()).axes[0].get_yscale() == "symlog"
    assert paths_from_pretrained(TS, curves(), curves()).axes[0].get_yscale() == "linear"


def test_figures_repeat_to_the_byte(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_png(accuracy_while_tuned(curves(), 0.1), tmp_path / f"{name}-epochs.png")
        save_png(paths_from_pretrained(TS, curves(), curves()), tmp_path / f"{name}-paths.png")
    for kind in ("epochs", "paths"):
        assert (tmp_path / f"a-{kind}.png").read_bytes() == (tmp_path / f"b-{kind}.png").read_bytes()
