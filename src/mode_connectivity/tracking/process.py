"""Logs runs in a process of its own, so that a stage need not wait the seconds that importing MLflow takes.

The process is told of a run as one line of JSON and answers with one. It ends when the stage does, whatever ends it,
and when the store takes too long.
"""

import atexit
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from typing import Any

from mode_connectivity.tracking import runs
from mode_connectivity.tracking.record import Execution, Record
from mode_connectivity.tracking.secrets import without_secrets
from mode_connectivity.warm.priority import start_session
from mode_connectivity.warm.servers import command

INTERRUPTED_SECONDS = 5.0
LIMIT = "MODE_CONNECTIVITY_TRACKING_SECONDS"
SECONDS = 14.0  # that a store may take for one run
READY = "ready"


class Untracked(RuntimeError):
    """Says why a run was not logged whole."""


class Tracker:
    """Starts the tracking process and sends it runs; a session of its own keeps a terminal's Ctrl-C from it."""

    def __init__(self) -> None:
        self._process = start_session(
            command("tracking", "mode_connectivity.tracking.process"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what goes wrong comes back as the answer
            text=True,
        )
        atexit.register(self._process.kill)
        self._limit = float(os.environ.get(LIMIT) or SECONDS)
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._ready = False
        threading.Thread(target=self._listen, daemon=True).start()

    def log(self, record: Record, execution: Execution | None = None) -> None:
        """Log `record` as `runs.log` does, in the tracking process.

        Raises:
            Untracked: it could not be logged, or not within the time that a store has.
        """
        assert self._process.stdin is not None
        try:
            if not self._ready:  # importing MLflow is not the store's time
                self._ready = self._answer(None) == READY
            self._process.stdin.write(json.dumps([record.plain(), asdict(execution or Execution())]) + "\n")
            self._process.stdin.flush()
            reason = self._answer(self._limit)
        except OSError as error:  # a broken pipe
            raise Untracked("the tracking process ended") from error
        except KeyboardInterrupt:
            self._interrupt()
            raise
        if reason:
            raise Untracked(reason)

    def _answer(self, limit: float | None) -> str:
        try:
            line = self._answers.get(timeout=limit)
        except queue.Empty:
            self._process.kill()
            raise Untracked(f"the store did not take it within {limit:g} s") from None
        if not line:
            self._answers.put("")
            raise Untracked("the tracking process ended")
        answer: str = json.loads(line)
        return answer

    def _listen(self) -> None:
        """Put each line of the process, and at its end an empty one, where `_answer` waits for it."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put("")

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
        print(json.dumps(READY), file=answers, flush=True)
        for line in sys.stdin:
            if not line.endswith("\n"):
                break  # the stage was killed while it wrote it
            print(json.dumps(_logged(*json.loads(line))), file=answers, flush=True)


def _logged(record: dict[str, Any], execution: dict[str, Any]) -> str:
    """Return why a run was not logged; empty where it was."""
    try:
        runs.log(Record.of(record), Execution(**execution))
    except Exception as error:
        return without_secrets(f"{type(error).__name__}: {' '.join(str(error).split())}")[:200]
    return ""


if __name__ == "__main__":
    serve()
    os._exit(0)  # an ordinary exit would spend time on taking MLflow down
