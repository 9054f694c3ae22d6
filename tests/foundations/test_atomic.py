"""Outputs are whole or absent."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from mode_connectivity.foundations.atomic import whole_file, whole_folder, write_arrays, write_json


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


def test_figures_are_written_with_ten_digits_and_nothing_else_changes(tmp_path: Path) -> None:
    third = {"a": [1 / 3, (2e-300 / 3, -1e20 / 3)], "count": 12345678901234, "text": "0.3333333333333", "on": True}
    write_json(tmp_path / "a.json", {"b": third, "share": 0.1})
    found = json.loads((tmp_path / "a.json").read_text())
    assert found == {
        "b": {**third, "a": [0.3333333333, [6.666666667e-301, -3.333333333e19]]},
        "share": 0.1,
    }
    arrays = {
        "x": np.array([[1 / 3, 2 / 3]]),
        "n": np.arange(3),
        "names": np.array(["a", "b"]),
        "odd": np.inf / np.ones(2),
    }
    write_arrays(tmp_path / "a.npz", arrays)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as read:
        assert read["x"].tolist() == [[0.3333333333, 0.6666666667]]
        assert all((read[name] == arrays[name]).all() for name in ("n", "names", "odd"))
        assert {name: read[name].dtype for name in arrays} == {name: values.dtype for name, values in arrays.items()}


def test_numbers_that_differ_in_the_last_digits_are_written_alike(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0).lognormal(size=20_000)
    for name, values in {"a": numbers, "b": numbers * (1 + 4e-16)}.items():
        write_arrays(tmp_path / f"{name}.npz", {"numbers": values})
    assert (numbers != numbers * (1 + 4e-16)).mean() > 0.9
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
