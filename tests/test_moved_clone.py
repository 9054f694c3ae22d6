"""A clone that was moved or copied is set up again by the next `make`, and otherwise no second time."""

import os
import shutil
import subprocess
import sys
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


def test_the_new_environment_is_not_made_by_the_old_one(tmp_path: Path) -> None:
    """Which stands first on make's PATH, and is removed."""
    for name in ("Makefile", "src/scripts/setup"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "requirements.txt").touch()  # so that it ends before it installs anything
    old = tmp_path / ".venv/bin"
    old.mkdir(parents=True)
    (tmp_path / ".venv/.ready").write_text("/elsewhere")
    real = Path(sys.executable).resolve()
    (old / f"python3.{sys.version_info.minor}").symlink_to(real)
    elsewhere = {"PATH": f"{real.parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["make", "setup"], cwd=tmp_path, env=os.environ | elsewhere, capture_output=True, text=True, check=False
    )
    assert (old / "python").exists(), done.stderr
