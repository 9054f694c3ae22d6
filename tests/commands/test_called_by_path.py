"""The command finds the programs of its own environment where it is called by its path, and no shell activated that."""

import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).parent / "mode-connectivity"
SYSTEM = {"PATH": "/usr/bin:/bin"}
NO_REPOSITORY = "you are not inside of a DVC repository"


@pytest.mark.parametrize("words", [["study", "mine", "--params", "params.yaml"], ["committed", "--force"]])
def test_dvc_is_found(tmp_path: Path, words: list[str]) -> None:
    for made in ("params.yaml", "dvc.lock", "reports/a.md"):
        (tmp_path / made).parent.mkdir(exist_ok=True)
        (tmp_path / made).write_text("a: 1\n")
    git = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org"]
    for each in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "state"]):
        subprocess.run([*git, *each], cwd=tmp_path, check=True)
    done = subprocess.run([COMMAND, *words], cwd=tmp_path, env=SYSTEM, capture_output=True, text=True, check=False)
    assert NO_REPOSITORY in done.stderr, done.stderr
