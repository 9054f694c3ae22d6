"""What the benchmark of collection plants is collected whole, and DVC finds nothing changed."""

from pathlib import Path

import pytest
import torch

from benchmarks import collection
from benchmarks.setting import Setting

pytestmark = pytest.mark.filterwarnings("ignore:_NoneStep:DeprecationWarning")  # of a library that DVC uses


def test_every_planted_stage_is_collected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collection, "STAGES", (4,))
    rows = collection.measure(Setting(torch.device("cpu"), 1, 1, tmp_path))
    assert [row.measured.partition(",")[0] for row in rows] == ["graph and status", "collection", "dvc status after it"]
    assert (tmp_path / "stages-4/second-1.txt").read_text() == "1\n"
