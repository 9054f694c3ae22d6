"""Keeps another process busy while something is measured, as a shared machine does."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def busy_process() -> Iterator[int]:
    """Run a process that computes without end until the block is left; yield its id."""
    command = [sys.executable, "-c", "print(flush=True)\nwhile True: pass"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as busy:
        assert busy.stdout is not None
        busy.stdout.readline()  # it has started
        try:
            yield busy.pid
        finally:
            busy.kill()
