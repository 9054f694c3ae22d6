"""Runs DVC on a stage so that a signal to stop reaches the stage, and not DVC while it writes its lock file."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import psutil

from mode_connectivity.warm.priority import niceness, pass_on, start_session

LOOK_SECONDS = 0.3
TOLD_SECONDS = 1.0  # until a signal to many processes has reached all of them


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
    """Run `command` and return its status once all of its session have ended; a signal told ends them with SIGTERM.

    The command itself gets none, so that DVC ends its bookkeeping. It may have got one from whoever told this process,
    as Slurm tells all of a job: then what it runs was told as well, and is not told twice, since a second signal makes
    it stop before it has kept its state. A second signal to this process changes nothing: Slurm warns, ends and then
    kills by itself. `options` are those of `subprocess.Popen`.
    """
    process = start_session(command, **options)
    known = False
    while process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_SECONDS)
        if told.signals and not known:
            known = True
            with suppress(subprocess.TimeoutExpired):
                process.wait(TOLD_SECONDS)
        if told.signals:
            _end_children(process.pid, told.ended)
    while any(map(partial(_is_of_session, process.pid), psutil.pids())):
        time.sleep(LOOK_SECONDS)
    return process.returncode


def _is_of_session(session: int, process: int) -> bool:
    """Return whether a process works in a session; one that has ended may wait for ever for a parent that asks."""
    try:
        return os.getsid(process) == session and psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except (OSError, psutil.NoSuchProcess):
        return False


def work_told(work: Callable[[], int], told: Told, log: Path) -> int:
    """Return the status of `work`, done in a forked process that prints to `log`.

    Signals are passed on as in `run_told`; a second one told kills all.
    """
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
    nice = niceness()
    os.setsid()
    pass_on(nice, os.getpid())
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
