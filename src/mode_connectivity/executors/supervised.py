"""Runs DVC on a stage so that a signal to stop reaches the stage, and not DVC while it writes its lock file."""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import psutil

LOOK_SECONDS = 0.3


class Told:
    """Keeps which signals the process was told, instead of ending by them."""

    def __init__(self, *numbers: signal.Signals) -> None:
        self.signals: list[int] = []
        self.ended: set[int] = set()  # the processes that were told since
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
    while process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_SECONDS)
        _pass_on(told, process.pid)
    return process.returncode


def work_told(work: Callable[[], int], told: Told, log: Path) -> int:
    """Return the status of `work`, done in a forked process that prints to `log`; signals as in `run_told`."""
    process = multiprocessing.get_context("fork").Process(target=_work_alone, args=[work, log])
    process.start()
    assert process.pid is not None
    while process.exitcode is None:
        process.join(LOOK_SECONDS)
        _pass_on(told, process.pid)
    return process.exitcode


def _pass_on(told: Told, process: int) -> None:
    with suppress(ProcessLookupError):
        if len(told.signals) > 1:
            os.killpg(process, signal.SIGKILL)
        elif told.signals:
            _end_children(process, told.ended)


def _work_alone(work: Callable[[], int], log: Path) -> None:
    """Do the work in a session of its own, with the signals of a new process, and end with its status."""
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with log.open("wb") as file:
        for standard in (1, 2):
            os.dup2(file.fileno(), standard)
    sys.exit(work())


def _end_children(command: int, ended: set[int]) -> None:
    """Send SIGTERM, once each, to the processes below the command but those with a session of their own."""
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(command).children(recursive=True):
            with suppress(ProcessLookupError):
                if child.pid not in ended and os.getsid(child.pid) == command:
                    ended.add(child.pid)
                    os.kill(child.pid, signal.SIGTERM)
