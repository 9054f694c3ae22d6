"""A clone that was moved or copied is set up again by the next `make`, and otherwise no second time."""

import shutil
import subprocess
from pathlib import Path

import pytest

from support.code_imports import ROOT


@pytest.mark.parametrize(("made_in", "commands"), [("here", 0), ("elsewhere", 2)])
def test_an_environment_of_another_folder_is_made_anew(made_in: str, commands: int, tmp_path: Path) -> None:
    for name in ("Makefile", "requirements.txt", "src/scripts/setup"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".ready").write_text(str(tmp_path.resolve() if made_in == "here" else Path("/elsewhere")))
    done = subprocess.run(["make", "-n", "setup"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert len([line for line in done.stdout.splitlines() if ".ready" in line or "scripts/setup" in line]) == commands
