"""What a file lacks is an error that names the file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mode_connectivity.foundations import checkpoints
from mode_connectivity.foundations.atomic import write_json
from mode_connectivity.foundations.project import resolved
from mode_connectivity.foundations.reading import FileError, read_arrays, read_json, values_of


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", "[" * 100_000, "\xff"])
def test_json_that_is_broken_or_no_object_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text, encoding="latin1")
    with pytest.raises(FileError, match=r"a\.json: "):
        read_json(tmp_path / "a.json")


def test_a_key_that_is_not_there_is_named_with_its_file_at_any_depth(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"a": {"b": [{"c": 1}]}})
    values = read_json(tmp_path / "a.json")
    assert values["a"]["b"][0]["c"] == 1
    for place, key in ((values, "x"), (values["a"], "y"), (values["a"]["b"][0], "z")):
        with pytest.raises(FileError, match=rf"a\.json: no '{key}' in it"):
            place[key]
    with pytest.raises(FileError, match=r"none\.json: no such file"):
        read_json(tmp_path / "none.json")


def test_arrays_are_read_or_named(tmp_path: Path) -> None:
    file = tmp_path / "a.npz"
    np.savez(file, ts=np.arange(3))
    assert read_arrays(file)["ts"].tolist() == [0, 1, 2]
    with pytest.raises(FileError, match=r"a\.npz: no 'other' in it"):
        read_arrays(file)["other"]
    whole = file.read_bytes()
    for content in (b"", whole[:-30], whole[:40], b"PK\x03\x04" + whole[4:60]):
        file.write_bytes(content)
        with pytest.raises(FileError, match=r"a\.npz: not an NPZ"):
            read_arrays(file)


def test_a_number_that_is_not_finite_is_refused_with_the_name_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a\.json: .* NaN or infinite"):
        write_json(tmp_path / "a.json", {"loss": float("nan")})
    with pytest.raises(ValueError, match=r"a\.safetensors: .* NaN or infinite"):
        checkpoints.save(tmp_path / "a.safetensors", {}, {"loss": float("inf")})
    assert not list(tmp_path.iterdir())


def test_a_user_whom_nobody_knows_is_one_line() -> None:
    with pytest.raises(ValueError, match="~nosuchuser/data: no such user"):
        resolved("~nosuchuser/data")


def test_a_file_that_needs_pickle_gets_the_line_that_converts_it(tmp_path: Path) -> None:
    import subprocess
    import sys

    file = tmp_path / "a b.pt"
    torch.save(torch.nn.Linear(2, 3), file)
    with pytest.raises(checkpoints.CheckpointError, match="needs pickle") as caught:
        checkpoints.foreign(file)
    command = str(caught.value).partition("you trust it: ")[2].removesuffix(")")
    assert command.startswith("python -c ")
    subprocess.run(["sh", "-c", command.replace("python", sys.executable, 1)], check=True)
    assert set(checkpoints.foreign(tmp_path / "a b_plain.pt")) == {"weight", "bias"}


@pytest.mark.parametrize(
    "header", ["[]", "{}", '{"order": [], "metadata": {}}', '{"order": ["a"], "metadata": 5}', "{"]
)
def test_a_checkpoint_with_another_header_is_named(tmp_path: Path, header: str) -> None:
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(2)}, tmp_path / "a.safetensors", {checkpoints.HEADER: header})
    with pytest.raises(FileError, match=r"a\.safetensors: "):
        checkpoints.load(tmp_path / "a.safetensors")


@pytest.mark.parametrize("use", [lambda v: v["a"] + 1, lambda v: v["b"][0], lambda v: v["a"].x, lambda v: int(v["a"])])
def test_values_of_another_kind_are_named_with_their_file(tmp_path: Path, use: Callable[[Any], object]) -> None:
    write_json(tmp_path / "a.json", {"a": "x", "b": []})
    with pytest.raises(FileError, match=r"a\.json: not as a stage writes it"), values_of(tmp_path / "a.json"):
        use(read_json(tmp_path / "a.json"))
