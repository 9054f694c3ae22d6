"""Reads JSON and arrays from files; what a file lacks is an error that names file and key."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class FileError(ValueError):
    """Reports a file that is missing, broken or lacks a value; the message names it."""


class Values(dict[str, Any]):
    """Holds values of a file; a key that is not there raises FileError with the name of the file."""

    def __init__(self, values: Mapping[str, Any] | Iterable[tuple[str, Any]] = (), file: Path | None = None) -> None:
        super().__init__(values)
        self.file = file

    def __missing__(self, key: object) -> Any:
        raise FileError(f"{self.file}: no {key!r} in it; delete it and run again")


@contextmanager
def values_of(file: Path) -> Iterator[None]:
    """Turn what values of another kind raise while they are used into a FileError with the name of their file."""
    try:
        yield
    except FileError:
        raise
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise FileError(f"{file}: not as a stage writes it ({reason}); delete it and run again") from error


def parse_json(file: Path, text: str | bytes) -> Values:
    """Return the JSON object in `text`, which `file` holds; the objects inside it name the file as well.

    Raises:
        FileError: not JSON, or no object.
    """
    try:
        values = json.loads(text, object_hook=lambda inner: Values(inner, file))
    except (ValueError, RecursionError) as error:
        raise FileError(f"{file}: not JSON ({error}); delete it and run again") from error
    if not isinstance(values, Values):
        raise FileError(f"{file}: holds no JSON object; delete it and run again")
    return values


def read_json(file: Path) -> Values:
    """Return the JSON object in a file; errors as `parse_json`, and FileError where there is none."""
    return parse_json(file, _present(file).read_bytes())


def read_arrays(file: Path) -> Mapping[str, NDArray[Any]]:
    """Return the arrays of an NPZ file; no pickle is executed.

    Raises:
        FileError: missing, or no NPZ of plain arrays.
    """
    try:
        with _present(file).open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return Values({name: arrays[name] for name in arrays.files}, file)
    except FileError:
        raise
    except Exception as error:  # numpy and zipfile raise many kinds for a file that is not theirs
        raise FileError(f"{file}: not an NPZ of plain arrays ({error}); delete it and run again") from error


def _present(file: Path) -> Path:
    if not file.is_file():
        raise FileError(f"{file}: no such file; `dvc repro` makes it, `dvc checkout` restores it")
    return file
