"""The lock file that is written quickly has the bytes that DVC would have written."""

from collections import OrderedDict
from copy import deepcopy
from pathlib import Path

from dvc.utils.serialize import dumps_yaml, load_yaml, modify_yaml

from mode_connectivity.executors.lock_file import modified, printed
from support.code_imports import ROOT

# Values that some version of YAML, or a printer of lines of a fixed length, treats in its own way.
VALUES = [
    None, True, False, 0, -3, 10**20, 0.0005, 1e-05, 1e20, 0.1, -2.5, "", " ", "off", "yes", "no", "null", "~", "1e-05",
    "1_000", "0o7", "0123", "1:30", "2020-01-01", "0-1", "a: b", "a #b", "- a", "[a]", "{a}", "%", "@x", "'", '"',
    "ü", "a\nb", "a: \nb",
    "word " * 40, "x" * 200, [], {}, [None], [[1, 2], []], {"a": None, "b": [{"c": "off"}]}, ".inf", float("inf"),
]  # fmt: skip


def test_every_value_is_printed_as_dvc_prints_it() -> None:
    for value in VALUES:
        values = {
            "schema": "2.0",
            "stages": {"one@x": {"params": {"params.yaml": {"key": value, "b": [deepcopy(value)]}}}},
        }
        assert printed(values) == dumps_yaml(values), value


def test_the_lock_file_of_the_project_is_written_as_it_is() -> None:
    file = ROOT / "dvc.lock"
    assert printed(load_yaml(str(file))) == file.read_text()


def test_an_entry_is_added_and_changed_as_by_dvc(tmp_path: Path) -> None:
    files = {modified: tmp_path / "quick.lock", modify_yaml: tmp_path / "dvc.lock"}
    some = dumps_yaml({"stages": {"source": {"cmd": "a", "outs": [{"path": "x", "md5": "1"}]}}})
    for modify, file in files.items():
        file.write_text(some)
        with modify(str(file)) as values:
            values["stages"]["source"]["cmd"] = "off"
            params = OrderedDict({"params.yaml": OrderedDict({"b": 1e-05, "a": None, "c": [1]})})
            values["stages"]["more@1e-3"] = OrderedDict({"cmd": "x", "params": params})
    quick, slow = (file.read_text() for file in files.values())
    assert quick == slow
