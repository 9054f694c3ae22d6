"""Lets Ctrl-C end a process without a word until the process handles signals; importing this takes no time."""

import _signal  # type: ignore[import-not-found]  # what is built in of `signal`, whose own imports take milliseconds


def end_quietly() -> None:
    """Have SIGINT end this process as SIGTERM does, unless whoever started it wants it ignored."""
    if _signal.getsignal(_signal.SIGINT) != _signal.SIG_IGN:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
