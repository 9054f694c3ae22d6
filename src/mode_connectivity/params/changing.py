"""Changes values of params by their keys, `section.key`."""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from mode_connectivity.params.loading import ParamsError

FREE = ("swap.amounts", "swap.layers")  # mappings whose keys are the user's own


def read_values(path: Path) -> dict[str, Any]:
    """Return the values of a params file, unchecked.

    Raises:
        ParamsError: missing or unreadable file.
    """
    try:
        values = _parsed(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise ParamsError(f"{path}: {error.strerror}; run from the root of the project") from error
    if not isinstance(values, dict):
        raise ParamsError(f"{path}: holds no sections")
    return values


def changed(
    values: Mapping[str, Any], changes: Mapping[str, Any], words: Sequence[str] = (), file: str = "-S"
) -> dict[str, Any]:
    """Return `values` with those of `changes`, nested as they are, which `file` holds, and then of `words`.

    `words` are `key=value`, the value in YAML; a mapping whose keys are the user's own takes new ones.

    Raises:
        ParamsError: a key that there is not, or a word that is no assignment.
    """
    result = copy.deepcopy(dict(values))
    for key, value in _leaves(changes).items():
        _put(result, key, value, file)
    for word in words:
        key, equals, text = word.partition("=")
        if not equals:
            raise ParamsError(f"{word}: give it as KEY=VALUE")
        _put(result, key.removeprefix("+"), _parsed(text, word), "-S")
    return result


def written(values: Mapping[str, Any], path: Path) -> None:
    """Write `values` as a params file."""
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(dict(values), file)


def _put(values: dict[str, Any], key: str, value: Any, where: str) -> None:
    *sections, leaf = key.split(".")
    place: Any = values
    for section in sections:
        place = place.get(section) if isinstance(place, dict) else None
    if not isinstance(place, dict) or (leaf not in place and ".".join(sections) not in FREE):
        raise ParamsError(f"{where}: {key}: unknown key")
    place[leaf] = value


def _leaves(sections: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    leaves: dict[str, Any] = {}
    for name, value in sections.items():
        key = f"{prefix}{name}"
        leaves |= _leaves(value, f"{key}.") if isinstance(value, dict) and key not in FREE else {key: value}
    return leaves


def _parsed(text: str, where: str) -> Any:
    try:
        return YAML(typ="safe").load(text)
    except YAMLError as error:
        raise ParamsError(f"{where}: not YAML: {' '.join(str(error).split())[:200]}") from error
