"""Params are changed by their keys: a study's file over the project's, then single words."""

from pathlib import Path

import pytest

from mode_connectivity.params import Params, ParamsError
from mode_connectivity.params.changing import changed, read_values, written
from support.code_imports import ROOT

STUDIES = sorted(path.parent.name for path in (ROOT / "reports/studies").glob("*/params.yaml"))
OURS = {"seeds": [0], "swap": {"pairs": 1, "layers": {"old": "f.1"}}, "rate": 0.1}


@pytest.mark.parametrize("name", STUDIES)
def test_every_committed_study_has_params_that_stages_accept(name: str, tmp_path: Path) -> None:
    file = ROOT / f"reports/studies/{name}/params.yaml"
    theirs = read_values(file)
    values = changed(read_values(ROOT / "params.yaml"), theirs, file=str(file))
    written(values, tmp_path / "params.yaml")
    assert read_values(tmp_path / "params.yaml") == values
    assert list(Params.load(tmp_path / "params.yaml").seeds) == theirs["seeds"]


def test_values_of_a_file_and_then_of_words_win() -> None:
    values = changed(OURS, {"swap": {"layers": {"deep": "f.2"}}}, ["swap.pairs=2", "rate=1e-3", "+swap.layers.mid=2"])
    assert values == {"seeds": [0], "swap": {"pairs": 2, "layers": {"deep": "f.2", "mid": 2}}, "rate": 0.001}
    assert OURS["rate"] == 0.1


@pytest.mark.parametrize(
    ("words", "said"), [(["swap.gone=1"], "-S: swap.gone: unknown key"), (["seeds"], "seeds: give it as KEY=VALUE")]
)
def test_a_word_that_is_none_is_one_line(words: list[str], said: str) -> None:
    with pytest.raises(ParamsError, match=said):
        changed(OURS, {}, words)


def test_a_layer_whose_name_is_a_number_is_named_by_it(tmp_path: Path) -> None:
    """As in `nn.Sequential`; `dvc exp run -S '+swap.layers.mid=2'` writes a number."""
    values = changed(read_values(ROOT / "params.yaml"), {}, ["+swap.layers.mid=2"])
    written(values, tmp_path / "params.yaml")
    assert Params.load(tmp_path / "params.yaml").swap.layers["mid"] == "2"
