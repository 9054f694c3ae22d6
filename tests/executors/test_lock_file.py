"""The lock file that is written quickly has the bytes that DVC would have written."""

from collections import OrderedDict
from copy import deepcopy
from pathlib import Path

import dvc.dvcfile
import pytest
from dvc.repo import Repo
from dvc.utils.serialize import dumps_yaml, load_yaml, modify_yaml
from dvc.utils.strictyaml import YAMLValidationError

from mode_connectivity.executors import lock_file
from mode_connectivity.executors.lock_file import modified, printed, use_entries
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


def test_entries_are_printed_alone_as_dvc_prints_them_together() -> None:
    entries = {f"stage@{k}": {"cmd": f"run {k}", "key": value} for k, value in enumerate(VALUES)}
    values = {"schema": "2.0", "stages": deepcopy(entries) | {"quoted: @": {"cmd": "x"}, "17": {"cmd": "y"}}}
    assert printed(values) == dumps_yaml(values)


def test_only_the_entry_of_the_stage_is_read_and_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the others has a line that is too long for the printer in C: it used to send all to DVC's own."""
    lock = tmp_path / "dvc.lock"
    entries = {f"stage@{k}": {"cmd": f"run {'word ' * 30 * (k == 1)}{k}"} for k in range(4)}
    lock.write_text(dumps_yaml({"schema": "2.0", "stages": entries}))
    seen: list[str] = []
    entry_of = lock_file._entry

    def watched(name: str, entry: object) -> str:
        seen.append(f"{name} {type(entry).__name__}")
        return entry_of(name, entry)

    monkeypatch.setattr(lock_file, "_entry", watched)
    with modified(str(lock)) as values:
        assert values["stages"].get("stage@2", {}) == entries["stage@2"]
        values["stages"].update({"stage@2": {"cmd": "another"}})
    assert seen == ["stage@0 Unread", "stage@1 Unread", "stage@2 dict", "stage@3 Unread"]
    assert load_yaml(str(lock))["stages"] == entries | {"stage@2": {"cmd": "another"}}


def test_a_lock_file_of_another_form_is_read_whole(tmp_path: Path) -> None:
    files = {modified: tmp_path / "quick.lock", modify_yaml: tmp_path / "dvc.lock"}
    some = {"schema": "2.0", "datasets": [{"name": "d", "type": "url"}], "stages": {"a": {"cmd": "x"}}}
    for modify, file in files.items():
        file.write_text(dumps_yaml(some))
        with modify(str(file)) as values:
            values["stages"]["b"] = {"cmd": "y"}
    quick, slow = (file.read_text() for file in files.values())
    assert quick == slow


@pytest.mark.filterwarnings("ignore:_NoneStep:DeprecationWarning")  # of DVC's own
def test_dvc_reads_the_entries_of_the_stages_that_it_asks_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(dvc.dvcfile, "modify_yaml", modify_yaml)
    monkeypatch.setattr(dvc.dvcfile.Lockfile, "_load_yaml", dvc.dvcfile.FileMixin._load_yaml)
    with Repo.init(no_scm=True) as repo:
        for name in ("a", "b"):
            repo.run(cmd=f"echo {name}", name=name)
    entries = Path("dvc.lock").read_text()
    use_entries()
    with Repo() as repo:
        stages = dvc.dvcfile.ProjectFile(repo, "dvc.yaml").stages
        assert stages["a"].cmd == "echo a"
        assert [type(entry).__name__ for entry in dict(stages.lockfile_data).values()] == ["dict", "Unread"]
    Path("dvc.lock").write_text(entries.replace("cmd: echo a", "cmd: 7"))
    with Repo() as repo, pytest.raises(YAMLValidationError, match=r"dvc\.lock"):
        dvc.dvcfile.ProjectFile(repo, "dvc.yaml").stages["a"]


def test_dvc_itself_writes_what_people_comment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dvc.dvcfile, "modify_yaml", modify_yaml)  # put back after the test
    pipeline = tmp_path / "dvc.yaml"
    pipeline.write_text("stages:\n  # why\n  a:\n    cmd: x\n")
    use_entries()
    with dvc.dvcfile.modify_yaml(str(pipeline)) as values:
        values["stages"]["b"] = {"cmd": "y"}
    assert pipeline.read_text() == "stages:\n  # why\n  a:\n    cmd: x\n  b:\n    cmd: y\n"


def test_an_entry_is_added_and_changed_as_by_dvc(tmp_path: Path) -> None:
    files = {modified: tmp_path / "quick.lock", modify_yaml: tmp_path / "dvc.lock"}
    some = dumps_yaml(
        {
            "schema": "2.0",
            "stages": {"source": {"cmd": "a", "outs": [{"path": "x", "md5": "d41d8cd98f00b204e9800998ecf8427e"}]}},
        }
    )
    for modify, file in files.items():
        file.write_text(some)
        with modify(str(file)) as values:
            values["stages"]["source"]["cmd"] = "off"
            params = OrderedDict({"params.yaml": OrderedDict({"b": 1e-05, "a": None, "c": [1]})})
            values["stages"]["more@1e-3"] = OrderedDict({"cmd": "x", "params": params})
    quick, slow = (file.read_text() for file in files.values())
    assert quick == slow
