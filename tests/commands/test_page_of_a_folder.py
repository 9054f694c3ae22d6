"""A page is made of what lies in a folder, without the rest of the study."""

import argparse
import re
import shutil
from pathlib import Path

import pytest

from mode_connectivity.commands import records
from mode_connectivity.commands.page import run
from mode_connectivity.foundations import layout
from mode_connectivity.params import Params
from mode_connectivity.reports.records import Records, collected, write_records
from support.in_process import params_with
from support.written_records import CHANGES, written_records

DATA = r'id="data">(.*?)</script>'
CELLS = r"<t[dh](?: [^>]*)?>(.*?)</t[dh]>"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    written_records(params_with(tmp_path, CHANGES))
    return tmp_path


def test_records_alone_make_a_page(study: Path) -> None:
    """As a study keeps them: in one file, without analyses and mechanisms."""
    records = collected(Params.load(layout.PARAMS))
    kept = {
        kind: each for kind, each in records.kinds.items() if kind in ("layers", "swaps", "baselines", "restricted")
    }
    write_records(study, Records(kept))
    for name in ("reports", "models", "data"):
        shutil.rmtree(study / name)
    run(argparse.Namespace(folder=study))
    text = (study / layout.PAGE.name).read_text()
    assert "2 seeds, fewer than 7: points" in text
    assert "No curve was analysed in this study" in text
    assert "Who reads the cue" not in text


def test_mechanisms_alone_say_nothing_of_swaps(study: Path) -> None:
    for name in ("reports/analysis", "reports/baselines", "reports/restricted"):
        shutil.rmtree(study / name)
    run(argparse.Namespace(folder=study))
    text = (study / layout.PAGE.name).read_text()
    assert "<h1>Mechanisms: who reads the cue?</h1>" in text
    assert 'id="answer"' not in text
    assert "Local or global" not in text


def test_a_folder_with_nothing_to_show_is_named(study: Path) -> None:
    for name in ("reports", "models"):
        shutil.rmtree(study / name)
    with pytest.raises(ValueError, match=r"no record of a swap and none of a network that was trained with cues"):
        run(argparse.Namespace(folder=study))
    assert not (study / layout.PAGE.name).exists()


def test_a_workspace_is_kept_in_one_file_that_makes_the_same_page(study: Path, tmp_path: Path) -> None:
    kept = tmp_path / "studies" / "mine"
    records.run(argparse.Namespace(folder=kept, of=study))
    assert sorted(file.name for file in kept.iterdir()) == ["params.yaml", "records.json"]
    run(argparse.Namespace(folder=kept))
    run(argparse.Namespace(folder=study))
    pages = [(folder / layout.PAGE.name).read_text() for folder in (kept, study)]
    data, cells = ([re.findall(each, page, re.DOTALL) for page in pages] for each in (DATA, CELLS))
    assert data[0] == data[1]
    assert cells[0] == cells[1]
    assert len(cells[0]) > 100
