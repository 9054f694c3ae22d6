"""Reads YAML into a checked section; where it does not fit, one line names the key."""

import difflib
import json
import re
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mode_connectivity.params.sections import Section

Checked = TypeVar("Checked", bound=Section)


class ParamsError(ValueError):
    """Reports a params file that cannot be used; the message names the key."""


def load(schema: type[Checked], path: Path) -> Checked:
    """Read and check a params file.

    Raises:
        ParamsError: missing or unreadable file, unknown or missing key, wrong type or value.
    """
    try:
        values = yaml.load(path.read_text(), Loader=_Yaml12Loader)
    except OSError as error:
        raise ParamsError(f"{path}: {error.strerror}; run from the root of the project") from error
    except yaml.YAMLError as error:
        raise ParamsError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    try:
        return schema.model_validate_json(json.dumps(values, default=str))
    except ValidationError as error:
        raise ParamsError(f"{path}: {_explain(error.errors(), schema)}") from error


class _Yaml12Loader(yaml.SafeLoader):
    """Reads 1e-3 as a number, as DVC does; YAML 1.1 takes it for a string."""


_Yaml12Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def _explain(errors: list[ErrorDetails], params: type[Section]) -> str:
    first = min(errors, key=lambda error: error["type"] != "extra_forbidden")  # a misspelt key also shows as missing
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        section: Any = params
        for part in first["loc"][:-1]:
            named = getattr(section, "model_fields", None)  # a section, or sections by any name
            section = named[str(part)].annotation if named else get_args(section)[1]
        known = list(section.model_fields)
        near = difflib.get_close_matches(str(first["loc"][-1]), known, 1)
        text = f"{key}: unknown key; " + (f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}")
    elif first["type"] == "missing":
        text = f"{key}: missing"
    elif first["type"] == "value_error":
        text = f"{key}: " * bool(key) + first["msg"].removeprefix("Value error, ")
    else:
        text = f"{key}: {first['msg'][0].lower()}{first['msg'][1:]}, got {first['input']!r}"
    more = len(errors) - 1
    return text + (f" (and {more} more)" if more else "")
