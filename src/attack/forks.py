"""Forks a process that is to be killed."""

import os
import signal
import sys
import traceback
from collections.abc import Callable

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


def forked(prepare: Callable[[], object], work: Callable[[], object]) -> int:
    """Return the process that does `work` and prints nowhere; signals wait until `prepare` has installed handlers."""
    sys.stdout.flush()
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        child = os.fork()
        if child == 0:
            _work(prepare, work)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    return child


def plainly() -> None:
    """Let signals end this process at once."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def _work(prepare: Callable[[], object], work: Callable[[], object]) -> None:
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        prepare()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        work()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)
