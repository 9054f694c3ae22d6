"""Runs a command to its end whatever signal comes: what it starts is told once, and keeps its state."""

import fcntl
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

TOLD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HOLDER = Path(".dvc/tmp/runs_stages")  # DVC keeps this folder out of Git


def run_told(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    held: Sequence[int] = (),
    quiet: bool = False,
) -> int:
    """Return the status of `command`, run in a process group of its own, in `folder`.

    A signal to this process is passed on to the group as SIGINT, which DVC leaves to the stage that it runs. The
    file descriptors `held` go to the command too; one that is `quiet` has no standard error.
    """
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # as in a shell's background
    process: subprocess.Popen[bytes] | None = None
    earlier: list[int] = []

    def tell(number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT and ignored:
            return
        earlier.append(number)
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)

    before = {number: signal.signal(number, tell) for number in TOLD}
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            pass_fds=held,
            process_group=0,
            stderr=subprocess.DEVNULL if quiet else None,
        )
        if earlier:  # came while it was started
            tell(earlier[0], None)
        return process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def alone(root: Path) -> Iterator[list[int]]:
    """Hold the workspace in `root` while the block runs; the system frees it when its holders end, whatever ends them.

    Yields:
        The file descriptor that holds it, for processes that go on where this one is killed.

    Raises:
        ValueError: another command holds it.
    """
    (root / HOLDER).parent.mkdir(parents=True, exist_ok=True)
    with (root / HOLDER).open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = (root / HOLDER).read_text() or "unknown"
            raise ValueError(f"another command (process {holder}) runs stages here; wait until it has ended") from None
        with suppress(OSError):  # a full disk: the lock holds all the same
            held.truncate(0)
            held.write(str(os.getpid()))
            held.flush()
        yield [held.fileno()]
