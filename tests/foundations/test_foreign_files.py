"""Weights in folders, in parts and in archives of code are found, or refused in one whole line."""

import json
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from mode_connectivity.foundations import checkpoints
from mode_connectivity.foundations.checkpoints import CheckpointError

ONE, OTHER = {"a.2": torch.ones(2), "a.10": torch.zeros(3)}, {"b": torch.ones(1)}


def test_a_folder_of_hugging_face_is_its_file_or_its_parts(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()
    save_file(ONE | OTHER, whole / "model.safetensors")
    (whole / "config.json").write_text("{}")
    save_file(ONE, parts / "model-00001-of-00002.safetensors")
    save_file(OTHER, parts / "model-00002-of-00002.safetensors")
    places = dict.fromkeys(ONE, "model-00001-of-00002.safetensors") | {"b": "model-00002-of-00002.safetensors"}
    index = parts / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": places}))
    for place in (whole, parts, index, whole / "model.safetensors"):
        found = checkpoints.foreign(place)
        assert list(found) == ["a.2", "a.10", "b"]
        assert torch.equal(found["b"], OTHER["b"])  # type: ignore[arg-type]
    before = checkpoints.digest(parts)
    save_file({"b": torch.zeros(1)}, parts / "model-00002-of-00002.safetensors")
    assert checkpoints.digest(parts) != before
    (parts / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"index\.json: names model-00002-of-00002\.safetensors, which is not"):
        checkpoints.foreign(parts)
    index.unlink()
    save_file(OTHER, parts / "second.safetensors")
    with pytest.raises(CheckpointError, match=r"parts: holds 2 \.safetensors files and no index of them; name one"):
        checkpoints.foreign(parts)
    with pytest.raises(CheckpointError, match=r"nothing: holds no \.safetensors or \.bin file of weights"):
        (tmp_path / "nothing").mkdir()
        checkpoints.foreign(tmp_path / "nothing")


def test_an_index_that_is_none_is_named(tmp_path: Path) -> None:
    for text in ("[]", "{}", '{"weight_map": 3}', '{"weight_map": {"a": 3}}'):
        (tmp_path / "model.safetensors.index.json").write_text(text)
        with pytest.raises(CheckpointError, match=r"index\.json: "):
            checkpoints.foreign(tmp_path)


def test_one_of_the_dicts_in_a_file_is_chosen_by_its_key(tmp_path: Path) -> None:
    file = tmp_path / "both.pt"
    torch.save({"state_dict": ONE, "ema": {"module": OTHER}}, file)
    assert set(checkpoints.foreign(tmp_path / "both.pt:state_dict")) == set(ONE)
    assert set(checkpoints.foreign(tmp_path / "both.pt:ema.module")) == set(OTHER)
    assert checkpoints.digest(tmp_path / "both.pt:ema.module") == checkpoints.digest(file)
    with pytest.raises(CheckpointError, match=r"both\.pt: holds no weights at 'model'; there are state_dict, ema$"):
        checkpoints.foreign(tmp_path / "both.pt:model")
    with pytest.raises(CheckpointError, match=r"none\.pt: no such file"):
        checkpoints.foreign(tmp_path / "none.pt:model")


def test_torchscript_gets_the_whole_line_that_writes_its_weights(tmp_path: Path) -> None:
    file = tmp_path / "a b.pt"
    with warnings.catch_warnings(action="ignore"):  # TorchScript is deprecated, and such files are still given
        torch.jit.save(torch.jit.script(nn.Linear(2, 3)), file)
    with pytest.raises(
        CheckpointError, match=r"a TorchScript archive; .*torch\.jit\.load\(.*\)\.state_dict\(\)"
    ) as caught:
        checkpoints.foreign(file)
    assert "\n" not in str(caught.value)
    command = str(caught.value).partition("write its weights: ")[2]
    subprocess.run(["sh", "-c", command.replace("python", f"{sys.executable} -W ignore", 1)], check=True)
    assert set(checkpoints.foreign(tmp_path / "a b_plain.pt")) == {"weight", "bias"}


def test_tied_tensors_are_written_under_both_names(tmp_path: Path) -> None:
    weight = torch.arange(6.0).view(2, 3)
    checkpoints.save(tmp_path / "tied.safetensors", {"a": weight, "b": weight, "c": weight[1:], "d": weight.T}, {})
    found, _ = checkpoints.load(tmp_path / "tied.safetensors")
    assert list(found) == ["a", "b", "c", "d"]
    for name, tensor in {"a": weight, "b": weight, "c": weight[1:], "d": weight.T}.items():
        assert torch.equal(found[name], tensor)


def test_tensors_without_entries_share_no_memory(tmp_path: Path) -> None:
    checkpoints.save(tmp_path / "empty.safetensors", {"a": torch.zeros(0), "b": torch.zeros(0)}, {})
    assert len(checkpoints.load(tmp_path / "empty.safetensors")[0]) == 2
