"""Logs runs in a process of its own, so that a stage need not wait the seconds that importing MLflow takes.

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
from mode_connectivity.warm.servers import command

INTERRUPTED_SECONDS = 5.0


class Untracked(RuntimeError):
    """Says why a run was not logged whole."""


class Tracker:
    """Starts the tracking process and sends it runs; a session of its own keeps a terminal's Ctrl-C from it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            command("tracking", "mode_connectivity.tracking.process"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        atexit.register(self._process.kill)

    def log(self, record: Record, extra: Mapping[str, float] | None = None, *, status: str = "FINISHED") -> None:
        """Log `record` as `runs.log` does, in the tracking process.

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
        except OSError:  # a broken pipe
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
    """Return the tracking process of this stage, started by the first call."""
    return Tracker()


def serve() -> None:
    """Log each run that comes in as a line, until the input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what other code prints must not mix with the answers
    with suppress(KeyboardInterrupt, BrokenPipeError):  # the stage was stopped, or is gone
        with suppress(Exception):  # the first run to log fails with the same error, and is answered with it
            runs.load()
        for line in sys.stdin:
            if not line.endswith("\n"):
                break  # the stage was killed while it wrote it
            plain, extra, status = json.loads(line)
            print(json.dumps(_logged(plain, extra, status)), file=answers, flush=True)


def _logged(plain: dict[str, Any], extra: dict[str, float], status: str) -> str:
    """Return why a run was not logged; empty where it was."""
    record = Record(**plain | {"files": [Path(file) for file in plain["files"]]})
    try:
        runs.log(record, extra, status=status)
    except Exception as error:
        return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    return ""


if __name__ == "__main__":
    serve()
    os._exit(0)  # an ordinary exit would spend time on taking MLflow down
