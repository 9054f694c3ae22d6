"""Reads and writes dvc.lock entry by entry, as text: no entry changes a byte, and none is parsed."""

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from mode_connectivity.foundations.atomic import whole_file

LOCK = Path("dvc.lock")
START = "schema: '2.0'\nstages:\n"
ENTRY = re.compile(r"^  (?=[^\s-])", re.MULTILINE)  # a stage's name is the only thing that is indented by two

Entries = dict[str, str]  # stage -> its lines, in the order of the file


def read_entries(lock: Path = LOCK) -> Entries:
    """Return the entries of a lock file; none where there is no file.

    Raises:
        ValueError: it has another form than the one that DVC writes.
    """
    if not lock.exists():
        return {}
    text = lock.read_text()
    if not text.startswith(START) and text != "schema: '2.0'\nstages: {}\n":
        raise ValueError(f"{lock}: not a lock file as DVC writes it")
    if re.search(r"^[^ ]", text[len(START) :], re.MULTILINE):
        raise ValueError(f"{lock}: holds more than stages")
    starts = [match.start() for match in ENTRY.finditer(text)]
    lines = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    named = [(yaml.safe_load(entry.partition(":\n")[0]), entry) for entry in lines]
    if not all(isinstance(name, str) for name, _ in named):
        raise ValueError(f"{lock}: holds comments, which DVC does not write")
    if len(dict(named)) < len(named):
        raise ValueError(f"{lock}: a stage has two entries")
    return dict(named)


def write_entries(entries: Mapping[str, str], lock: Path = LOCK) -> None:
    """Write a lock file of these entries, in their order; leave one alone that has them already."""
    text = START + "".join(entries.values())
    if entries and not (lock.exists() and lock.read_text() == text):
        with whole_file(lock) as partial:
            partial.write_text(text)
