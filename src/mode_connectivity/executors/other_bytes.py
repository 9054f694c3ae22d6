"""Notices results other than the committed ones, made from the same all the same: another type of CPU."""

import subprocess
from pathlib import Path
from typing import Any

from mode_connectivity.executors.whole_lock import LOCK, stages_of

MADE = (LOCK, "reports")  # by stages, and committed
FROM = ("cmd", "deps", "params")


def other_bytes(root: Path) -> str | None:
    """Return a line where a stage has made other results than the committed ones from the same, else None."""
    lock = root / LOCK
    committed, here = _stages(_committed(root)), _stages(lock.read_bytes() if lock.is_file() else b"")
    if not any(_made_otherwise(committed[name], here[name]) for name in committed.keys() & here.keys()):
        return None
    return (
        "these results differ from the committed ones of the same params and code, as they do on another type of CPU: "
        "`make committed` puts the committed ones back; commit yours only with a change that explains them"
    )


def _made_otherwise(committed: dict[str, Any], here: dict[str, Any]) -> bool:
    return all(committed.get(key) == here.get(key) for key in FROM) and committed.get("outs") != here.get("outs")


def _stages(lock: bytes) -> dict[str, dict[str, Any]]:
    return stages_of(lock) or {}


def _committed(root: Path) -> bytes:
    command = ["git", "show", f"HEAD:./{LOCK}"]
    try:
        return subprocess.run(command, cwd=root, capture_output=True, check=False).stdout
    except OSError:
        return b""
