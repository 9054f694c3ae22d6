"""Notices results that differ from the committed ones though nothing that people wrote does: another type of CPU."""

import subprocess
from pathlib import Path

WRITTEN = ("params.yaml", "dvc.yaml", "src")  # by people
MADE = ("dvc.lock", "reports")  # by stages, and committed


def other_bytes(root: Path) -> str | None:
    """Return a line on results other than the committed ones of the same params and code; None where there are none."""
    if _differs(root, WRITTEN) != 0 or _differs(root, MADE) != 1:
        return None
    return (
        "these results differ from the committed ones of the same params and code, as they do on another type of CPU: "
        "`make committed` puts the committed ones back; commit yours only with a change that explains them"
    )


def _differs(root: Path, places: tuple[str, ...]) -> int:
    """Return 1 where Git finds a difference from the last commit, 0 where none, more where it cannot say."""
    command = ["git", "diff", "--quiet", "HEAD", "--", *places]
    try:
        return subprocess.run(command, cwd=root, capture_output=True, check=False).returncode
    except OSError:
        return 128
