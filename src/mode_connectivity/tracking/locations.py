"""Moves the locations that a store holds into the clone in which it lies, after the clone was moved or copied."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit


def reroot(database: Path, experiment: str, location: str) -> int:
    """Have `experiment`, and whatever lay under the same root, lie at `location`; return how many runs were changed.

    MLflow has no call for this: an experiment keeps the location that it was made with, and so do its runs.
    """
    if not database.is_file():
        return 0
    with closing(sqlite3.connect(database, timeout=10)) as store, store:
        try:
            row = store.execute("SELECT artifact_location FROM experiments WHERE name = ?", [experiment]).fetchone()
        except sqlite3.OperationalError:  # a store without tables yet
            return 0
        if row is None or row[0] == location:
            return 0
        old, new = (place.rpartition("/")[0] + "/" for place in (row[0], location))
        changed = _replace(store, old, new)
        if old.startswith("file:"):  # MLflow's own experiment has a path without a scheme
            changed += _replace(store, *(unquote(urlsplit(root).path) for root in (old, new)))
        return changed


def _replace(store: sqlite3.Connection, old: str, new: str) -> int:
    changed = 0
    for table, column in (("experiments", "artifact_location"), ("runs", "artifact_uri")):
        done = store.execute(
            f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE substr({column}, 1, ?) = ?",
            [new, len(old) + 1, len(old), old],
        )
        changed = done.rowcount
    return changed
