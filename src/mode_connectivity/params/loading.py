"""Reads YAML into a checked section; where it does not fit, one line names the key."""

import difflib
import json
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import YAMLError

from mode_connectivity.params.section import Section

Checked = TypeVar("Checked", bound=Section)
MOST = 10_000  # values in a file, each as often as aliases repeat it
SHOWN = 80  # characters of a value or key in a message


class ParamsError(ValueError):
    """Reports a params file that cannot be used; the message names the key."""


def load(schema: type[Checked], path: Path) -> Checked:
    """Read and check a params file; values are read as DVC reads them, by the same reader.

    Raises:
        ParamsError: missing or unreadable file, unknown, missing or doubled key, wrong type or value.
    """
    try:
        values = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        _count(values, 0)
        text = json.dumps(values, default=str)
    except OSError as error:
        raise ParamsError(f"{path}: {error.strerror}; run from the root of the project") from error
    except DuplicateKeyError as error:
        where = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ParamsError(f"{path}: line {where}: a key stands twice in its section") from error
    except (YAMLError, ValueError, TypeError, RecursionError, AttributeError) as error:  # its reader raises all these
        raise ParamsError(f"{path}: not YAML of params: {_short(' '.join(str(error).split()), 200)}") from error
    try:
        return schema.model_validate_json(text)
    except ValidationError as error:
        raise ParamsError(f"{path}: {_explain(error.errors(), schema)}") from error


def _count(values: Any, so_far: int) -> int:
    """Return `so_far` plus the number of values, counting what aliases repeat; ValueError where there are too many."""
    so_far += 1
    if so_far > MOST:
        raise ValueError(f"it holds more than {MOST} values")
    if isinstance(values, dict | list):
        for each in values.values() if isinstance(values, dict) else values:
            so_far = _count(each, so_far)
    return so_far


def _short(text: str, most: int = SHOWN) -> str:
    return text if len(text) <= most else f"{text[:most]}... ({len(text)} characters)"


def _explain(errors: list[ErrorDetails], params: type[Section]) -> str:
    first = min(errors, key=lambda error: error["type"] != "extra_forbidden")  # a misspelt key also shows as missing
    key = _short(".".join(str(part) for part in first["loc"]))
    if first["type"] == "extra_forbidden":
        section: Any = params
        for part in first["loc"][:-1]:
            named = getattr(section, "model_fields", None)  # a section, or sections by any name
            section = named[str(part)].annotation if named else get_args(section)[1]
        known = list(section.model_fields)
        near = difflib.get_close_matches(_short(str(first["loc"][-1])), known, 1)
        text = f"{key}: unknown key; " + (f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}")
    elif first["type"] == "missing":
        text = f"{key}: missing"
    elif first["type"] == "value_error":
        text = f"{key}: " * bool(key) + _short(first["msg"].removeprefix("Value error, "), 400)
    else:
        text = f"{key}: {first['msg'][0].lower()}{first['msg'][1:]}, got {_short(repr(first['input']))}"
    more = len(errors) - 1
    return text + (f" (and {more} more)" if more else "")
