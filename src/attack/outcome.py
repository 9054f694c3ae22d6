"""Runs one attempt in a process of its own and says how it ended."""

import json
import os
import resource
import select
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field

from mode_connectivity.running.errors import in_one_line

ENDS = ("well", "one line", "traceback", "hang", "silent", "lost")
MEMORY = 12 * 2**30  # bytes of address space of an attempt
LONGEST = 2000  # characters of a line


class Silent(AssertionError):
    """Says that an attempt ended well with a wrong result."""


@dataclass
class Tally:
    """Counts how the attempts of one kind ended, with every end that is a defect."""

    kind: str
    ends: Counter[str] = field(default_factory=Counter)
    defects: list[tuple[str, str]] = field(default_factory=list)

    def add(self, end: str, what: str) -> None:
        self.ends[end] += 1
        if end not in ("well", "one line"):
            self.defects.append((end, what))

    def row(self) -> str:
        return f"{self.kind:<22} {self.ends.total():>7} " + " ".join(f"{self.ends[end]:>9}" for end in ENDS)


def end_of(call: Callable[[], object]) -> tuple[str, str]:
    """Return how `call` ended in this process, and the text of its error; what it prints and warns of is dropped."""
    try:
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere), in_one_line():  # noqa: PTH123
            call()
    except SystemExit as exit_:
        line = str(exit_.code)
        whole = "\n" not in line and len(line) < LONGEST
        return ("one line" if whole else "traceback"), line
    except Silent as error:
        return "silent", str(error)
    except BaseException:
        return "traceback", traceback.format_exc(limit=-4)
    return "well", ""


def in_time(call: Callable[[], object], seconds: float) -> tuple[str, str]:
    """Return how `call` ended in this process, which it may hold up so many seconds."""

    def late(_number: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    began = time.monotonic()
    try:
        end, why = end_of(call)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return ("hang", f"no end within {seconds} s") if time.monotonic() - began >= seconds else (end, why)


def in_child(call: Callable[[], object], seconds: float) -> tuple[str, str]:
    """Return how `call` ended in a fork of this process, which gets so many seconds."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            _quiet()
            os.write(writing, json.dumps(end_of(call)).encode()[:60_000])
        finally:
            os._exit(0)
    os.close(writing)
    told = b""
    ends = time.monotonic() + seconds
    while select.select([reading], [], [], max(0.0, ends - time.monotonic()))[0]:
        some = os.read(reading, 65536)
        if not some:
            break
        told += some
    else:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reading)
        return "hang", f"no end within {seconds} s"
    os.close(reading)
    _, status = os.waitpid(child, 0)
    if not told:
        return "traceback", f"the process ended with {status} and no word"
    end, text = json.loads(told)
    return end, text


def _quiet() -> None:
    """Send what an attempt prints to nowhere, and limit its memory."""
    sys.stdout.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
