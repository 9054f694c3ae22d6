"""The example of docs/library.md runs as it stands, and finds what is known: fitting lowers the barrier."""

import re
import subprocess
import sys
from pathlib import Path

import imageio.v3 as imageio

from support.code_imports import ROOT


def test_own_loop(tmp_path: Path) -> None:
    example = ROOT / "docs" / "examples" / "own_loop.py"
    done = subprocess.run([sys.executable, str(example)], cwd=tmp_path, capture_output=True, text=True, check=True)
    barriers = re.findall(r"of the line (\S+) nats, of the curve (\S+)$", done.stdout, re.MULTILINE)
    assert len(barriers) == 2
    for line, curve in barriers:
        assert float(curve) < float(line)
    for name in ("four_pairs_swapped", "another_seed"):
        assert len(imageio.imread(tmp_path / f"{name}.gif", index=None)) == 61


def test_the_work_after_training_takes_fifteen_lines() -> None:
    text = (ROOT / "docs" / "examples" / "own_loop.py").read_text()
    _, _, work = text.partition("# From here on: the fifteen lines.\n")
    assert len(work.splitlines()) <= 15
