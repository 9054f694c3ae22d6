"""Whatever a file has become, a reader returns its values or says in one line which file it is."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mode_connectivity.foundations import checkpoints
from mode_connectivity.foundations.reading import read_arrays, read_json
from mode_connectivity.training import Snapshot
from mode_connectivity.training.states import States

DAMAGE = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def arrays() -> bytes:
    file = io.BytesIO()
    np.savez(file, distances=np.arange(12.0).reshape(3, 4), ts=np.linspace(0, 1, 3))
    return file.getvalue()


def checkpoint(folder: Path) -> bytes:
    checkpoints.save(folder / "whole", {"features.0.weight": torch.arange(6.0)}, {"params": {"seed": 0}})
    return (folder / "whole").read_bytes()


def damaged(whole: bytes, place: int, put: bytes, cut: bool) -> bytes:
    """The file cut at a place, or with other bytes there."""
    at = place % (len(whole) + 1)
    return whole[:at] if cut else whole[:at] + put + whole[at + len(put) :]


def refusal(work: Callable[[], object]) -> str:
    """What the work is refused with; empty where it is not."""
    try:
        work()
    except ValueError as error:
        return str(error)
    return ""


PLACES = st.integers(0, 1 << 20)
PUT = st.binary(min_size=1, max_size=8)
READERS: dict[str, tuple[Callable[[Path], bytes], Callable[[Path], object]]] = {
    "json": (lambda _: json.dumps({"params": {"seed": 0}, "ts": [0.0, 0.5, 1.0]}).encode(), read_json),
    "npz": (lambda _: arrays(), lambda file: [array.sum() for array in read_arrays(file).values()]),
    "safetensors": (checkpoint, checkpoints.load),
}


@pytest.mark.parametrize("kind", READERS)
@DAMAGE
@given(place=PLACES, put=PUT, cut=st.booleans())
def test_a_damaged_file_is_read_or_named_in_one_line(
    kind: str, place: int, put: bytes, cut: bool, tmp_path: Path
) -> None:
    make, read = READERS[kind]
    file = tmp_path / f"file.{kind}"
    file.write_bytes(damaged(make(tmp_path), place, put, cut))
    line = refusal(lambda: read(file))
    assert not line or file.name in line
    assert "\n" not in line


@DAMAGE
@given(place=PLACES, put=PUT, cut=st.booleans())
def test_a_damaged_state_is_never_taken_for_another(place: int, put: bytes, cut: bool, tmp_path: Path) -> None:
    """The newest is taken whole, or the one before it."""
    keeper = States(tmp_path, "key", "training")
    position = {"epoch": 1, "step": 0, "seen": 3, "rate": 0.1, "history": [], "strides": {}}
    for step in (1, 2):
        keeper.keep(Snapshot({"leaf.0": torch.full((4,), float(step))}, position | {"step": step}))
    newest = tmp_path / "even.safetensors"
    newest.write_bytes(damaged(newest.read_bytes(), place, put, cut))
    restored = States(tmp_path, "key", "training").restore()
    assert restored is not None
    step = restored.position["step"]
    assert step in (1, 2)
    assert restored.tensors["leaf.0"].tolist() == [float(step)] * 4
