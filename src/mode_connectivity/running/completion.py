"""Keeps the actions to take once a stage has ended well."""

from collections.abc import Callable

_ACTIONS: list[Callable[[], None]] = []


def afterwards(action: Callable[[], None]) -> None:
    """Keep `action`, to be called when the stage has ended well and its results are on disk."""
    _ACTIONS.append(action)


def complete() -> None:
    """Call the actions that `afterwards` keeps, in their order."""
    for action in _ACTIONS:
        action()
