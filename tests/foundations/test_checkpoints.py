"""Checkpoints keep values and order, repeat to the byte, and are never half read."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from mode_connectivity.foundations.checkpoints import CheckpointError, load, save
from support.code_imports import SRC

TENSORS = {"features.10.weight": torch.arange(6.0).view(2, 3), "features.2.bias": torch.zeros(2, dtype=torch.uint8)}


def test_round_trip_keeps_order_types_and_metadata(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save(path, TENSORS, {"seed": 3, "pairs": [[0, 1]]})
    tensors, metadata = load(path)
    assert list(tensors) == list(TENSORS)
    assert metadata == {"seed": 3, "pairs": [[0, 1]]}
    for name, tensor in TENSORS.items():
        assert tensors[name].dtype == tensor.dtype
        assert torch.equal(tensors[name], tensor)


def test_bytes_repeat_whatever_the_memory_layout(tmp_path: Path) -> None:
    save(tmp_path / "a", TENSORS, {"b": 1, "a": 2})
    strided = {name: tensor.T.contiguous().T if tensor.ndim == 2 else tensor for name, tensor in TENSORS.items()}
    save(tmp_path / "b", strided, {"a": 2, "b": 1})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_missing_truncated_and_foreign_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    with pytest.raises(CheckpointError, match=r"a\.safetensors: no such checkpoint"):
        load(path)
    save(path, TENSORS, {})
    whole = path.read_bytes()
    for content in (whole[:-5], whole[:20], b"", b"\x80\x04pickle"):
        path.write_bytes(content)
        with pytest.raises(CheckpointError, match=r"a\.safetensors: not a whole checkpoint"):
            load(path)
    save_file(TENSORS, path)
    with pytest.raises(CheckpointError, match="not a whole checkpoint of ours"):
        load(path)


def test_a_disk_that_is_full_is_said_in_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    code = """
import resource, sys, torch
from pathlib import Path
from mode_connectivity.foundations.checkpoints import save
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    save(Path(sys.argv[1]), {"w": torch.zeros(10_000)}, {})
except OSError as error:
    print(error)
"""
    path = tmp_path / "a.safetensors"
    done = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, env={"PYTHONPATH": str(SRC)}
    )
    assert "a.safetensors: could not be written" in done.stdout, done.stderr
    assert len(done.stdout.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_figures_of_the_metadata_are_rounded_unless_exact_and_weights_never(tmp_path: Path) -> None:
    third = torch.full((2,), 1 / 3, dtype=torch.float64)
    for exact, number in ((False, 0.3333333333), (True, 1 / 3)):
        save(tmp_path / "a", {"w": third}, {"loss": 1 / 3}, exact=exact)
        tensors, metadata = load(tmp_path / "a")
        assert metadata == {"loss": number}
        assert torch.equal(tensors["w"], third)
