"""Mounts a disk of a few megabytes, which can be filled or made read-only; only the administrator can."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILLER = "filler"


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[bool]:
    """Have a disk of `size` bytes at `place` while the block runs; yield whether it could be mounted."""
    place.mkdir(parents=True, exist_ok=True)
    mounted = shutil.which("mount") is not None and _mount("-t", "tmpfs", "-o", f"size={size}", "none", str(place))
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(place)], check=True)


@contextmanager
def filled(place: Path, room: int) -> Iterator[None]:
    """Leave about `room` bytes on the disk at `place` while the block runs."""
    disk = os.statvfs(place)
    taken = max(1, disk.f_bavail * disk.f_frsize - room)
    filler = place / FILLER
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, taken)
    try:
        yield
    finally:
        filler.unlink()


def make_read_only(place: Path, only: bool) -> None:
    """Let nobody write to the disk at `place`, or let them write again."""
    assert _mount("-o", f"remount,{'ro' if only else 'rw'}", str(place))


def _mount(*words: str) -> bool:
    return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0
