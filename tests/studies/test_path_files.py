"""A path comes back from its file as it was written, whatever its kind and the number of its bends."""

from pathlib import Path
from typing import Any

import pytest
import torch

from mode_connectivity.foundations import checkpoints
from mode_connectivity.foundations.reading import FileError
from mode_connectivity.paths.kinds import KINDS, kind_of
from mode_connectivity.studies.shared.path_files import bends_of, load_path, save_path
from support.small_networks import small_net, state_of

START, END, *MANY = (state_of(small_net(seed, batch_norm=True)) for seed in range(13))


@pytest.mark.parametrize(("kind", "bends"), [("bezier", 1), ("bezier", 11), ("polygon", 3), ("linear", 0)])
def test_bends_come_back_in_their_order(tmp_path: Path, kind: str, bends: int) -> None:
    path = KINDS[kind]([START, *MANY[:bends], END])
    save_path(tmp_path / "path.safetensors", path, {"params": {}})
    tensors, metadata = checkpoints.load(tmp_path / "path.safetensors")
    assert metadata["path"] == {"kind": kind_of(path), "bends": bends} == {"kind": kind, "bends": bends}
    for bend, back in zip(MANY[:bends], bends_of(tensors, bends), strict=True):
        assert list(back) == list(bend)
        assert all(torch.equal(back[name], bend[name]) for name in bend)


def test_an_end_of_its_own_lies_beside_the_bends(tmp_path: Path) -> None:
    save_path(tmp_path / "path.safetensors", KINDS["linear"]([START, END]), {}, end=True)
    tensors, _ = checkpoints.load(tmp_path / "path.safetensors")
    assert all(torch.equal(tensors[f"end.{name}"], tensor) for name, tensor in END.items())
    assert len(tensors) == len(END)


@pytest.mark.parametrize(
    "facts", [3, {"kind": "spiral", "bends": 1}, *({"kind": "bezier", "bends": n} for n in (10**9, "x", -1))]
)
def test_facts_of_another_kind_are_named_with_their_file(tmp_path: Path, facts: object) -> None:
    file = tmp_path / "path.safetensors"
    checkpoints.save(file, {f"bends.1.{name}": tensor for name, tensor in START.items()}, {"path": facts})
    with pytest.raises(FileError, match=r"path\.safetensors: not as a stage writes it"):
        load_path(Any, START, file, END)  # type: ignore[arg-type]
