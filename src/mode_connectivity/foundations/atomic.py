"""Writes outputs that are whole or absent: beside their place first, then renamed into it."""

import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.foundations.figures import rounded


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.partial")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a path to write to; what was written becomes `path` when the block ends without an error.

    Raises:
        OSError: it cannot be written, as on a full disk or in the place of a device; the error names `path`.
    """
    if path.exists() and not path.is_file():
        raise FileExistsError(errno.EEXIST, "there is something that is no file", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = _beside(path)
    try:
        yield partial
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    except OSError as error:
        if error.errno is not None and error.filename is None:
            error.filename = str(path)
        raise
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield a new folder to fill; it takes the place of `path` when the block ends without an error."""
    partial = _beside(path)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        shutil.rmtree(path, ignore_errors=True)
        partial.replace(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_json(path: Path, value: object) -> None:
    """Write `value` as indented JSON with sorted keys, its figures `rounded`: same bytes for the same value.

    Raises:
        ValueError: a number in it is NaN or infinite; the message names `path`.
    """
    with whole_file(path) as partial:
        partial.write_text(finite_json(path, rounded(value), indent=2) + "\n")


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write `arrays` as an NPZ file without pickle, their figures `rounded`: same bytes for the same values."""
    with whole_file(path) as partial, partial.open("wb") as file:
        np.savez(file, allow_pickle=False, **rounded(arrays))


def finite_json(path: Path, value: object, indent: int | None = None) -> str:
    """Return `value` as JSON with sorted keys; errors as `write_json`."""
    try:
        return json.dumps(value, indent=indent, sort_keys=True, allow_nan=False)
    except ValueError as error:
        if "circular" in str(error).lower():
            raise
        raise ValueError(
            f"{path}: a loss or distance in it would be NaN or infinite; the network that it describes has exploded"
        ) from error
