"""A page is made of what lies in a folder, without the rest of the study."""

import argparse
import shutil
from pathlib import Path

import pytest

from mode_connectivity import layout
from mode_connectivity.commands.page import run
from support.in_process import params_with
from support.written_records import CHANGES, write_records


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_records(params_with(tmp_path, CHANGES))
    return tmp_path


def test_records_alone_make_a_page_with_the_verdict_beside_them(study: Path) -> None:
    """As `mode-connectivity verdict` leaves them: the answer lies in FOLDER/locality."""
    (study / layout.LOCALITY).rename(study / layout.LOCALITY.name)
    shutil.rmtree(study / "reports/analysis")
    shutil.rmtree(study / layout.MECHANISMS)
    run(argparse.Namespace(folder=study))
    text = (study / layout.PAGE.name).read_text()
    assert "any such subset suffices" in text
    assert "No curve was analysed in this study" in text
    assert "Mechanisms: who reads the cue?" not in text


def test_mechanisms_alone_say_nothing_of_swaps(study: Path) -> None:
    for name in ("reports/analysis", "reports/locality", "reports/baselines", "reports/restricted"):
        shutil.rmtree(study / name)
    run(argparse.Namespace(folder=study))
    text = (study / layout.PAGE.name).read_text()
    assert "<h1>Mechanisms: who reads the cue?</h1>" in text
    assert 'id="answer"' not in text
    assert "Local or global" not in text


def test_a_folder_with_nothing_to_show_is_named(study: Path) -> None:
    shutil.rmtree(study / "reports")
    with pytest.raises(ValueError, match=r"no verdict, no analysis, and no report of mechanisms beside .* lies here"):
        run(argparse.Namespace(folder=study))
    assert not (study / layout.PAGE.name).exists()
