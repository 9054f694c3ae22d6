"""Changes values of a params file by their keys."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from mode_connectivity.params.loading import ParamsError


def changed(path: Path, changes: Mapping[str, Any], words: Sequence[str] = ()) -> str:
    """Return the params file with other values of some keys, `section.key`, as JSON, which is YAML.

    `words` are `key=value`, the value in YAML, and come last.

    Raises:
        ParamsError: missing or unreadable file, a key that it does not have, or a word that is no assignment.
    """
    try:
        values = _read(path.read_text(encoding="utf-8"))
        further = dict(_assignment(word) for word in words)
    except OSError as error:
        raise ParamsError(f"{path}: {error.strerror}; run from the root of the project") from error
    except YAMLError as error:
        raise ParamsError(f"not YAML: {' '.join(str(error).split())[:200]}") from error
    for key, value in {**changes, **further}.items():
        *sections, leaf = key.split(".")
        place = values
        for section in sections:
            place = place.get(section) if isinstance(place, dict) else None
        if not isinstance(place, dict) or leaf not in place:
            raise ParamsError(f"{path}: {key}: unknown key")
        place[leaf] = value
    return json.dumps(values, indent=1) + "\n"


def _assignment(word: str) -> tuple[str, Any]:
    key, equals, text = word.partition("=")
    if not equals:
        raise ParamsError(f"{word}: give it as KEY=VALUE")
    return key, _read(text)


def _read(text: str) -> Any:
    return YAML(typ="safe").load(text)
