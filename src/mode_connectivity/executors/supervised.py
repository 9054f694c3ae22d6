"""Runs DVC on a stage so that a signal to stop reaches the stage, and not DVC while it writes its lock file."""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType
from typing import Any

import psutil

LOOK_SECONDS = 0.3


class Told:
    """Keeps which signals the process was told, instead of ending by them."""

    def __init__(self, *numbers: signal.Signals) -> None:
        self.signals: list[int] = []
        for number in numbers:
            signal.signal(number, self._note)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self.signals.append(number)


def run_told(command: Sequence[str], told: Told, **options: Any) -> int:
    """Run `command` and return its status; once a signal was told, end what it runs with SIGTERM.

    The command itself gets none, so that DVC ends its bookkeeping. A second signal kills both. `options` are those of
    `subprocess.Popen`.
    """
    process = subprocess.Popen(command, start_new_session=True, **options)
    ended: set[int] = set()
    while True:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(LOOK_SECONDS)
        if len(told.signals) > 1:
            os.killpg(process.pid, signal.SIGKILL)
        elif told.signals:
            _end_children(process.pid, ended)


def _end_children(command: int, ended: set[int]) -> None:
    """Send SIGTERM, once each, to the processes below the command but those with a session of their own."""
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(command).children(recursive=True):
            with suppress(ProcessLookupError):
                if child.pid not in ended and os.getsid(child.pid) == command:
                    ended.add(child.pid)
                    os.kill(child.pid, signal.SIGTERM)
