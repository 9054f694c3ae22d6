"""Tracking in a process of its own: importing MLflow takes seconds, which so pass beside a stage's imports and work.

The process is told of a run as one line of JSON and answers with one. It ends when the stage does, whatever ends it.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from mode_connectivity.tracking import runs
from mode_connectivity.tracking.record import Record

INTERRUPTED_SECONDS = 5.0


class Untracked(RuntimeError):
    """The run was not logged whole; the message says why."""


class Tracker:
    """The other end of the process; a session of its own keeps a terminal's Ctrl-C from it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        atexit.register(self._process.kill)

    def log(self, record: Record, extra: Mapping[str, float] | None = None, *, status: str = "FINISHED") -> None:
        """As `runs.log`.

        Raises:
            Untracked: it could not be logged.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        files = [str(file) for file in record.files]
        params = {key: str(value) for key, value in record.params.items()}
        plain = asdict(record) | {"files": files, "params": params}
        try:
            self._process.stdin.write(json.dumps([plain, dict(extra or {}), status]) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        except KeyboardInterrupt:
            self._interrupt()
            raise
        if not answer:
            raise Untracked("the tracking process ended")
        if reason := json.loads(answer):
            raise Untracked(reason)

    def _interrupt(self) -> None:
        """Have the run that is being logged end as KILLED."""
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            self._process.send_signal(signal.SIGINT)
            self._process.wait(INTERRUPTED_SECONDS)


@cache
def tracker() -> Tracker:
    """The tracking process of this stage, started by the first call."""
    return Tracker()


def serve() -> None:
    """Log what comes in by lines until nothing more can."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # where others print
    with suppress(KeyboardInterrupt):
        with suppress(Exception):  # said when there is something to log
            runs.load()
        for line in sys.stdin:
            plain, extra, status = json.loads(line)
            print(json.dumps(_logged(plain, extra, status)), file=answers, flush=True)


def _logged(plain: dict[str, Any], extra: dict[str, float], status: str) -> str:
    """Why a run was not logged; empty where it was."""
    record = Record(**plain | {"files": [Path(file) for file in plain["files"]]})
    try:
        runs.log(record, extra, status=status)
    except Exception as error:
        return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    return ""


if __name__ == "__main__":
    serve()
    os._exit(0)  # taking MLflow down in order would cost time
