"""Outputs are whole or absent."""

import os
from pathlib import Path

import pytest

from mode_connectivity.foundations.atomic import whole_file, whole_folder, write_json


def test_file_appears_only_when_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "file.txt"
    with whole_file(target) as partial:
        partial.write_text("all")
        assert not target.exists()
    assert target.read_text() == "all"
    assert list(target.parent.iterdir()) == [target]


def test_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "file.txt"
    target.write_text("old")
    with pytest.raises(KeyError), whole_file(target) as partial:
        partial.write_text("half")
        raise KeyError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_folder_replaces_the_old_one_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    for content in ("first", "second"):
        with whole_folder(target) as partial:
            (partial / content).write_text(content)
    assert [path.name for path in target.iterdir()] == ["second"]
    with pytest.raises(KeyError), whole_folder(target) as partial:
        (partial / "third").write_text("half")
        raise KeyError
    assert [path.name for path in tmp_path.rglob("*")] == ["folder", "second"]


def test_json_refuses_what_json_cannot_hold(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="NaN"):
        write_json(tmp_path / "nan.json", {"loss": float("nan")})
    assert not list(tmp_path.iterdir())


def test_a_pipe_or_device_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    """An output named /dev/null would take its place, for whoever may write there."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no file"), whole_file(tmp_path / "pipe") as partial:
        partial.touch()
    assert (tmp_path / "pipe").is_fifo()
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]
