"""Puts the entries of dvc.lock into the order in which a sequential run would have written them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from mode_connectivity.executors.lock_entries import LOCK, read_entries, write_entries


def entries_of(lock: Path = LOCK) -> list[str]:
    """Return the stages that have an entry, in the order of the file."""
    return list(read_entries(lock))


def sequential(names: Iterable[str], before: Sequence[str], graph: Sequence[str]) -> list[str]:
    """Return `names` in order: those that were there `before` as they were, new ones after them as in the graph."""
    there = set(names)
    order = [*before, *graph, *names]
    return [name for name in dict.fromkeys(order) if name in there]


def order_entries(before: Sequence[str], graph: Sequence[str], lock: Path = LOCK) -> None:
    """Order the entries of a lock file by `sequential`.

    DVC appends a new entry when its stage ends, and stages that run side by side end in any order.
    """
    entries = read_entries(lock)
    write_entries({name: entries[name] for name in sequential(entries, before, graph)}, lock)
