"""Keeps the actions that are taken once a stage has ended well."""

from collections.abc import Callable

_ACTIONS: list[Callable[[], None]] = []


def afterwards(action: Callable[[], None]) -> None:
    """Have `action` called when the stage has ended well and its results are safe."""
    _ACTIONS.append(action)


def complete() -> None:
    """Call what `afterwards` was given, in its order."""
    for action in _ACTIONS:
        action()
