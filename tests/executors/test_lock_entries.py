"""The lock file is taken apart and put together without changing a byte of an entry."""

from pathlib import Path

import pytest
import yaml

from mode_connectivity.executors.lock_entries import read_entries, write_entries
from mode_connectivity.executors.lock_order import order_entries, sequential
from support.code_imports import ROOT


def test_the_committed_lock_file_comes_back_to_the_byte(tmp_path: Path) -> None:
    entries = read_entries(ROOT / "dvc.lock")
    assert list(entries) == list(yaml.safe_load((ROOT / "dvc.lock").read_text())["stages"])
    write_entries(entries, tmp_path / "dvc.lock")
    assert (tmp_path / "dvc.lock").read_bytes() == (ROOT / "dvc.lock").read_bytes()


def test_new_entries_follow_in_the_order_of_the_graph(tmp_path: Path) -> None:
    lock = tmp_path / "dvc.lock"
    lock.write_text("schema: '2.0'\nstages:\n" + "".join(f"  {name}:\n    cmd: x\n" for name in "dbcxa"))
    order_entries(["x", "a", "gone"], list("abcd"), lock)
    assert list(read_entries(lock)) == ["x", "a", "b", "c", "d"]


def test_what_the_graph_does_not_name_stays_at_the_end() -> None:
    assert sequential(["old", "b", "a"], [], ["a", "b"]) == ["a", "b", "old"]


def test_there_is_nothing_in_no_file_and_another_form_is_refused(tmp_path: Path) -> None:
    assert read_entries(tmp_path / "dvc.lock") == {}
    (tmp_path / "dvc.lock").write_text("stages: {}\n")
    with pytest.raises(ValueError, match="not a lock file as DVC writes it"):
        read_entries(tmp_path / "dvc.lock")
    (tmp_path / "dvc.lock").write_text("schema: '2.0'\nstages:\n  a:\n    cmd: x\ndatasets: []\n")
    with pytest.raises(ValueError, match="more than stages"):
        read_entries(tmp_path / "dvc.lock")
    for entries, message in (("  a:\n    cmd: x\n" * 2, "two entries"), ("  # why\n  a:\n    cmd: x\n", "comments")):
        (tmp_path / "dvc.lock").write_text("schema: '2.0'\nstages:\n" + entries)
        with pytest.raises(ValueError, match=message):
            read_entries(tmp_path / "dvc.lock")
