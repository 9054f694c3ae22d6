"""Being told to stop: at once, or, while a training keeps its state, after the step that is being done."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stopped(KeyboardInterrupt):
    """A training ended where it stood, because the process was told to; the message says where it stood."""

    def __init__(self, message: str, series: dict[str, list[float]]) -> None:
        super().__init__(message)
        self.series = series


class Stopping:
    """SIGTERM and SIGINT as a KeyboardInterrupt: at once, or at the end of a step; a second signal never waits."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self._waits = False

    def install(self) -> None:
        signal.signal(signal.SIGTERM, self._arrived)
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # as in the background of a shell
            signal.signal(signal.SIGINT, self._arrived)

    def too_late(self) -> None:
        """All is done: from here on a signal changes nothing."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)

    @property
    def status(self) -> int:
        """What the process exits with: by custom, 128 and the number of the signal."""
        return 128 + (self.signal or signal.SIGINT)

    @contextmanager
    def between_steps(self) -> Iterator[None]:
        """Within, a first signal waits to be seen; one that nobody saw takes effect at the end."""
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
