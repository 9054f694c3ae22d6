"""Has DVC read the entries of dvc.lock that it asks for, and print those that it changes, to the bytes of its own.

DVC parses the whole file before every stage, and parses and prints it again after it, by a parser in Python that keeps
comments: seconds a stage in a study of hundreds. The lock file has no comments, and a stage changes its own entry.
"""

import io
import re
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from mode_connectivity.executors.lock_entries import LOCK, START, read_entries

WIDTH = 80  # the printers in C and in Python break longer lines in different places
UNLIKE = re.compile(r"['\"\\\n]")
NULL = "tag:yaml.org,2002:null"


class Unread(str):
    """Holds the lines of an entry that nobody has asked for yet."""


class Stages(dict[str, Any]):
    """Maps each stage to its entry, which is read when it is asked for, and then printed anew."""

    def __getitem__(self, name: str) -> Any:
        entry = super().__getitem__(name)
        if isinstance(entry, Unread):
            entry = self[name] = _read_alone(name, entry)
        return entry

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default


def _read_alone(name: str, lines: str) -> Any:
    from dvc.dvcfile import Lockfile
    from dvc.utils.serialize import parse_yaml

    values = parse_yaml(f"{START}{lines}", str(LOCK))
    return Lockfile.validate(values, str(LOCK))["stages"][name]


def use_entries() -> None:
    """Have DVC, in this process, read and write its lock file by entries."""
    from dvc import dvcfile

    dvcfile.modify_yaml = _modify
    dvcfile.Lockfile._load_yaml = _load


def _load(file: Any, **options: Any) -> tuple[Any, str]:
    """Return the values of a lock file; stands for DVC's method, which returns the text as well."""
    from dvc.dvcfile import FileMixin

    values = None if options or not _is_local(file.repo.fs) else _unread(file.path)
    return FileMixin._load_yaml(file, **options) if values is None else (values, "")


def _modify(path: str, fs: Any = None) -> AbstractContextManager[dict[str, Any]]:
    from dvc.utils.serialize import modify_yaml

    return modified(path, fs) if Path(path).name == LOCK.name and _is_local(fs) else modify_yaml(path, fs=fs)


def _is_local(fs: Any) -> bool:
    return fs is None or fs.protocol == "local"


@contextmanager
def modified(path: str, fs: Any = None) -> Iterator[dict[str, Any]]:
    """Yield the values of a lock file, to be changed; they are written when the block ends.

    It stands for DVC's `modify_yaml`.
    """
    from dvc.utils.serialize import _common, load_yaml

    values = _unread(path)
    if values is None:
        values = load_yaml(path) if Path(path).exists() else {}
    yield values
    _common._dump_data(path, values, lambda data, stream: stream.write(printed(data)), fs=fs)


def _unread(path: str) -> dict[str, Any] | None:
    """Return the values of a lock file of stages alone; None for one that DVC does not write so."""
    try:
        entries = read_entries(Path(path))
    except ValueError:
        return None
    unread = Stages({name: Unread(entry) for name, entry in entries.items()})
    return {"schema": "2.0", "stages": unread} if entries else None


def printed(values: dict[str, Any]) -> str:
    """Return `values` as DVC writes them, entry by entry where there are only stages."""
    from dvc.utils.serialize import dumps_yaml

    if list(values) != ["schema", "stages"] or not values["stages"]:
        return str(dumps_yaml(values))
    entries = [_entry(name, entry) for name, entry in values["stages"].items()]
    return f"{dumps_yaml({'schema': values['schema']})}stages:\n{''.join(entries)}"


def _entry(name: str, entry: Any) -> str:
    """Return the lines of an entry: by the printer in C, and by DVC's own where the two may differ."""
    if isinstance(entry, Unread):
        return entry
    from dvc.utils.serialize import dumps_yaml

    alone = {"stages": {name: entry}}
    text = _printed_quickly(alone)
    if not _is_plain(alone) or max(map(len, text.splitlines())) > WIDTH:
        text = dumps_yaml(alone)
    return text.removeprefix("stages:\n")


def _is_plain(value: Any) -> bool:
    """Return whether no string in `value` has a quote, a backslash or a line break."""
    if isinstance(value, dict):
        return all(_is_plain(key) and _is_plain(each) for key, each in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return not (isinstance(value, str) and UNLIKE.search(value))


def _printed_quickly(values: dict[str, Any]) -> str:
    text = io.StringIO()
    _printer().dump(values, text)
    return re.sub(r"(?m): $", ":", text.getvalue())


@cache
def _printer() -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.representer import SafeRepresenter

    class Plain(SafeRepresenter):
        def ignore_aliases(self, _data: object) -> bool:
            return True

    Plain.add_representer(OrderedDict, SafeRepresenter.represent_dict)
    Plain.add_representer(type(None), lambda self, _: self.represent_scalar(NULL, ""))
    yaml = YAML(typ="safe")
    yaml.Representer = Plain
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    return yaml
