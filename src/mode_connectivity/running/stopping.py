"""Handles signals to stop: at once, or, while a training keeps its state, after the current step."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

BOTH = (signal.SIGTERM, signal.SIGINT)
KEPT = "MODE_CONNECTIVITY_KEPT"  # names a file that is touched with each state kept, for who told the process to stop


class Stopped(KeyboardInterrupt):
    """Says that a training ended because the process was told to stop; the message says after which step."""

    def __init__(self, message: str, series: dict[str, list[float]]) -> None:
        super().__init__(message)
        self.series = series


class Stopping:
    """Raises KeyboardInterrupt on SIGTERM and SIGINT: at once, or at the end of a step; a second signal never waits."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self._waits = False

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
        first, self.signal = self.signal is None, number
        if not (first and self._waits):
            raise KeyboardInterrupt


STOPPING = Stopping()
