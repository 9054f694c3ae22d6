"""A machine without DVC makes a study from a makefile, in parts that end in time, and leaves what DVC leaves."""

import shutil
import subprocess
from pathlib import Path

import pytest

from support.cheap_graph import CheapProject


@pytest.fixture
def plain(cheap: CheapProject, tmp_path: Path) -> Path:
    """A folder with a makefile and what its stages read, and no repository."""
    project = CheapProject(tmp_path / "written", columns=2, seconds=3)
    text = project.run("mode-connectivity", "graph", "--makefile", "--plain").stdout
    folder = tmp_path / "plain"
    for name in ("data", "models", "reports"):
        (folder / name).mkdir(parents=True)
    shutil.copy(project.root / "params.yaml", folder)
    (folder / "stages.mk").write_text(text)
    return folder


def part(folder: Path, seconds: int) -> subprocess.CompletedProcess[str]:
    words = ["timeout", str(seconds), "make", "-j2", "-f", "stages.mk"]
    return subprocess.run(words, cwd=folder, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False)


def test_parts_go_on_to_what_dvc_leaves(plain: Path, cheap: CheapProject) -> None:
    first = part(plain, 2)
    assert first.returncode == 124
    assert "first@0" in first.stdout.splitlines()
    last = part(plain, 60)
    assert last.returncode == 0, last.stderr
    assert "first@0" not in last.stdout.splitlines()
    assert (plain / "reports/all.txt").read_bytes() == (cheap.root / "reports/all.txt").read_bytes()
    assert "report" not in part(plain, 60).stdout.splitlines()
