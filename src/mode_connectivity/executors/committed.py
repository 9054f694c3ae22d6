"""Finds which of dvc.lock, the reports and the results a person edited, and puts the rest back as committed."""

import hashlib
import subprocess
from pathlib import Path

from mode_connectivity.executors.other_bytes import MADE
from mode_connectivity.executors.whole_lock import COPY, LOCK, stages_of


def edited(root: Path) -> list[str]:
    """Return the files of dvc.lock and reports that differ from the last commit and that no stage has left so.

    A stage's output has the hash that dvc.lock holds of it, and dvc.lock is the copy that DVC last made.
    """
    names = _git(root, "diff", "--name-only", "--diff-filter=d", "HEAD", "--", *MADE).splitlines()
    hashes = _hashes(root / LOCK)
    return [name for name in names if not _made(root, name, hashes)]


def put_back(root: Path, force: bool = False) -> None:
    """Put them back from Git, and the results from DVC's cache.

    Raises:
        ValueError: a person edited some of them, and not `force`; the message names them.
        OSError: Git or DVC could not.
    """
    changed = [] if force else edited(root)
    if changed:
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        raise ValueError(
            f"{', '.join(changed[:3])}{more}: edited by hand, it seems, and not committed; commit or stash that, or "
            "`make committed FORCE=1` discards it"
        )
    _git(root, "checkout", "HEAD", "--", *MADE)
    _run(root, ["dvc", "checkout", "--force", "--allow-missing"])


def _made(root: Path, name: str, hashes: dict[str, str]) -> bool:
    content = (root / name).read_bytes()
    if name == LOCK:
        return (root / COPY).is_file() and (root / COPY).read_bytes() == content
    return hashes.get(name) == hashlib.md5(content, usedforsecurity=False).hexdigest()


def _hashes(lock: Path) -> dict[str, str]:
    """Return the hash of each output in a lock file; none where it is no such file."""
    stages = stages_of(lock.read_bytes()) if lock.is_file() else None
    return {out["path"]: out["md5"] for entry in (stages or {}).values() for out in entry.get("outs", ())}


def _git(root: Path, *words: str) -> str:
    return _run(root, ["git", *words])


def _run(root: Path, command: list[str]) -> str:
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {' '.join(done.stderr.split())[-300:]}")
    return done.stdout
