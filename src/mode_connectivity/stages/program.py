"""Runs what a person, DVC or a scheduler started: a signal is one line, and a reader that goes away changes nothing."""

import errno
import io
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from mode_connectivity.foundations.stopping import BOTH, STOPPING

OUTPUT = {1: "standard output", 2: "standard error"}
GONE = (errno.EPIPE, errno.EIO)  # of a pipe, of a terminal


class _Enduring(io.FileIO):
    """Writes to a file, and to nowhere once its reader has gone: what starts later in this process writes there too."""

    def write(self, data: object, /) -> int:
        try:
            return super().write(data)  # type: ignore[arg-type]
        except OSError as error:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            if error.errno not in GONE:  # said once: what is flushed at the end goes nowhere
                raise OSError(error.errno, error.strerror, OUTPUT[self.fileno()]) from None
        return super().write(data)  # type: ignore[arg-type]


@contextmanager
def program(numbers: Sequence[signal.Signals] = BOTH) -> Iterator[None]:
    """Run the context as a program: these signals end it with one line and a status of their own.

    What nobody reads any more, as behind `| head`, is dropped, and the work goes on.
    """
    for name in ("stdout", "stderr"):
        setattr(sys, name, _enduring(getattr(sys, name)))
    STOPPING.install(numbers)
    try:
        yield
    except SystemExit:
        raise
    except BaseException:  # an import that is interrupted can end with any of them
        if STOPPING.signal is None:
            raise
        print("interrupted", file=sys.stderr, flush=True)
        os._exit(STOPPING.status)
    finally:
        for number in numbers:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)  # while Python takes itself down


def _enduring(stream: io.TextIOWrapper | None) -> io.TextIOWrapper | None:
    """Return a stream to the same file; one that was closed by who started the process stays so."""
    if stream is None:
        return None
    raw = _Enduring(stream.fileno(), "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(raw), stream.encoding, stream.errors, line_buffering=True)
