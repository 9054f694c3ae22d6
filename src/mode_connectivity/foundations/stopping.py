"""Handles signals to stop, at once or after the current step, and keeps what is to be done once a process ends well."""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

BOTH = (signal.SIGTERM, signal.SIGINT)
TOGETHER_SECONDS = 1.0  # `make`, `timeout` and a terminal may tell the same process of one wish to stop

_AFTERWARDS: list[Callable[[], None]] = []


class Stopped(KeyboardInterrupt):
    """Says that a training ended because the process was told to stop; the message says after which step."""


class Stopping:
    """Raises KeyboardInterrupt on SIGTERM and SIGINT: at once, or at the end of a step.

    A second signal never waits, unless it comes together with the first.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self._waits = False
        self._arrival = 0.0

    def install(self, numbers: Sequence[signal.Signals] = BOTH) -> None:
        """Install the handlers of these signals."""
        for number in numbers:
            if number != signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN:  # as in a shell's background
                signal.signal(number, self._arrived)

    def too_late(self) -> None:
        """Ignore signals from here on, as all work is done."""
        for number in BOTH:
            signal.signal(number, signal.SIG_IGN)

    @property
    def status(self) -> int:
        """Return the exit status: by custom, 128 plus the number of the signal."""
        return 128 + (self.signal or signal.SIGINT)

    @contextmanager
    def between_steps(self) -> Iterator[None]:
        """Let a first signal wait until a step ends; one that no step saw takes effect at the end of the context."""
        self._waits = True
        try:
            yield
        finally:
            self._waits = False
        if self.signal is not None:
            raise KeyboardInterrupt

    def _arrived(self, number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.signal is None:
            self.signal, self._arrival = number, now
        elif self._waits and now - self._arrival < TOGETHER_SECONDS:
            return
        else:
            self._waits = False
        if not self._waits:
            raise KeyboardInterrupt


STOPPING = Stopping()


def afterwards(action: Callable[[], None]) -> None:
    """Keep `action`, to be called when the process has done its work and its results are on disk."""
    _AFTERWARDS.append(action)


def complete() -> None:
    """Call the actions that `afterwards` keeps, in their order."""
    while _AFTERWARDS:
        _AFTERWARDS.pop(0)()
