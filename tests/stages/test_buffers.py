"""Buffers and tied weights of a network of the user's own go through the stages; no figure counts them, or twice."""

from pathlib import Path

import numpy as np
import pytest
import torch

from mode_connectivity.foundations import checkpoints, layout
from mode_connectivity.foundations.reading import read_json
from support.in_process import params_with, run_stage
from support.project_copy import Project

NETWORK = """
import torch
from torch import nn


class Normalised(nn.Module):
    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.full((3, 1, 1), 0.5))
        self.register_buffer("std", torch.full((3, 1, 1), 0.25))
        self.first = nn.Linear(3 * 32 * 32, 6)
        self.second = nn.Linear(6, 6, bias=False)
        self.again = nn.Linear(6, 6, bias=False)
        self.again.weight = self.second.weight
        self.register_buffer("gain", torch.rand(6) + 1)
        self.last = nn.Linear(6, num_classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        hidden = torch.relu(self.first(((images - self.mean) / self.std).flatten(1)))
        return self.last(torch.relu(self.again(torch.relu(self.second(hidden)))) * self.gain)
"""


def test_buffers_are_not_trained_or_counted_and_tied_weights_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "normalised_networks.py").write_text(NETWORK)
    monkeypatch.syspath_prepend(tmp_path)
    mine = {"model.name": "normalised_networks:Normalised", "variants": ["mine"], "swap.layers": {"mine": "first"}}
    params_with(tmp_path, mine | {"swap.given": [[1, 4]], "restricted.variants": ["mine"], "restricted.kinds": ["all"]})
    project = Project.at(tmp_path)
    for stage in ("source", "dataset", "endpoint --seed 0"):
        run_stage(project, stage)
    for stage in ("swap", "curve", "analysis", "restricted"):
        run_stage(project, f"{stage} --variant mine --seed 0")
    start, end = (checkpoints.load(tmp_path / file)[0] for file in (layout.endpoint(0), layout.swapped("mine", 0)))
    bend = checkpoints.load(tmp_path / layout.curve("mine", 0))[0]
    assert torch.equal(start["mean"], torch.full((3, 1, 1), 0.5))
    for name in ("mean", "std", "gain"):
        assert torch.equal(bend[f"bends.1.{name}"], (start[name] + end[name]) / 2), name
    assert torch.equal(bend["bends.1.second.weight"], bend["bends.1.again.weight"])
    with np.load(tmp_path / layout.analysis("mine", 0) / layout.DISTANCES) as arrays:
        assert sorted(arrays["layers"]) == ["first", "last", "second"]
    moved = sum(
        float((end[n] - start[n]).double().square().sum()) for n in start if n.startswith(("first", "second", "last"))
    )
    found = read_json(tmp_path / layout.metadata(layout.swapped("mine", 0)))["distance_to_original"]
    assert found == pytest.approx(moved**0.5, rel=1e-6)
