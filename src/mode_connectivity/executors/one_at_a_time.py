"""Lets one command at a time run the stages of a workspace; another is refused in one line."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HOLDER = Path(".dvc/tmp/runs_stages")  # DVC keeps this folder out of Git


def workspace() -> Path:
    """Return the repository of DVC around the current folder, or the folder itself."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / ".dvc").is_dir()), here)


@contextmanager
def alone(root: Path) -> Iterator[list[int]]:
    """Hold the workspace in `root` while the block runs; the system frees it when its holders end, whatever ends them.

    DVC locks single files, for moments; two runs of the same stages would fail each other.

    Yields:
        The file descriptor that holds it, for processes that go on where this one is killed; none where the folder
        cannot be locked, as on some network disks: then nothing is held.

    Raises:
        ValueError: another command holds it.
    """
    try:
        (root / HOLDER).parent.mkdir(exist_ok=True)
        held = (root / HOLDER).open("a+")
    except OSError:
        yield []
        return
    with held:
        try:
            _lock(held.fileno(), root)
        except OSError:
            yield []
            return
        with suppress(OSError):  # a full disk: the lock holds all the same
            held.truncate(0)
            held.write(str(os.getpid()))
            held.flush()
        yield [held.fileno()]


def _lock(file: int, root: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = (root / HOLDER).read_text() or "unknown"
        raise ValueError(f"another command (process {holder}) runs stages here; make status shows it") from None
