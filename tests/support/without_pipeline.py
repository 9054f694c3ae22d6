"""Runs code in a process of its own in which the packages of the pipeline cannot be imported."""

import os
import subprocess
import sys
from pathlib import Path

from mode_connectivity.stages.errors import PIPELINE
from support.code_imports import SRC

BLOCK = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocked())
"""


def run_alone(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `code` in `folder` with the library's own requirements alone."""
    command = [sys.executable, "-W", "error", "-c", BLOCK.format(names=PIPELINE) + code]
    environment = {"PATH": os.defpath, "PYTHONPATH": str(SRC), "OMP_NUM_THREADS": "1", "MPLCONFIGDIR": str(folder)}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, check=False)
