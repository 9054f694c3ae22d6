"""Keeps the priority of a command for the sessions that it starts.

Linux shares the cores between sessions first, where it groups processes by them, and then between the processes of
each: the stages of `nice make repro`, in sessions of their own, would run beside a person's work as its equals.
"""

import os
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any


def niceness() -> int:
    """Return the niceness of this process or of its session, whichever is higher."""
    own = os.getpriority(os.PRIO_PROCESS, 0)
    with suppress(OSError, ValueError):
        own = max(own, int(Path("/proc/self/autogroup").read_text().rpartition(" ")[2]))
    return own


def start_session(command: Sequence[str], **options: Any) -> "subprocess.Popen[Any]":
    """Start a command in a session of its own, which keeps the niceness; `options` are those of `subprocess.Popen`."""
    process = subprocess.Popen(command, start_new_session=True, **options)
    pass_on(niceness(), process.pid)
    return process


def pass_on(nice: int, leader: int) -> None:
    """Give a niceness above zero to the session of the process `leader`, where the system groups by sessions."""
    if nice > 0:
        with suppress(OSError):  # no such file, or, but for root, written to a moment ago
            Path(f"/proc/{leader}/autogroup").write_text(str(nice))
