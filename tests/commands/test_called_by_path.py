"""The command finds the programs of its own environment where it is called by its path, and no shell activated that."""

import shutil
import subprocess
import sys
from pathlib import Path

from support.code_imports import ROOT

COMMAND = Path(sys.executable).parent / "mode-connectivity"
SYSTEM = {"PATH": "/usr/bin:/bin"}
NO_REPOSITORY = "you are not inside of a DVC repository"


def test_dvc_is_found(tmp_path: Path) -> None:
    shutil.copy(ROOT / "params.yaml", tmp_path)
    git = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org"]
    for each in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "state"]):
        subprocess.run([*git, *each], cwd=tmp_path, check=True)
    done = subprocess.run([COMMAND, "sync"], cwd=tmp_path, env=SYSTEM, capture_output=True, text=True, check=False)
    assert NO_REPOSITORY in done.stderr, done.stderr
