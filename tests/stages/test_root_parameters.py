"""A network with a parameter on its root goes through the stages, where it is the layer (root), swapped or not."""

import json
from pathlib import Path

import numpy as np
import pytest

from mode_connectivity.foundations import checkpoints, layout
from support.in_process import params_with, run_stage
from support.project_copy import Project

NETWORK = """
import torch
from torch import nn


class Rooted(nn.Module):
    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.first = nn.Linear(3 * 32 * 32, 6)
        self.W = nn.Parameter(torch.rand(6))
        self.last = nn.Linear(6, num_classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.last(torch.relu(self.first(images.flatten(1)) * self.W))


class Owned(nn.Module):
    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.W = nn.Parameter(torch.randn(3 * 32 * 32, 6) / 50)
        self.shift = nn.Parameter(torch.zeros(6))
        self.last = nn.Linear(6, num_classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.last(torch.relu(images.flatten(1) @ self.W + self.shift))
"""


def test_it_is_swapped_fitted_and_analysed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rooted_networks.py").write_text(NETWORK)
    monkeypatch.syspath_prepend(tmp_path)
    mine = {"model.name": "rooted_networks:Rooted", "variants": ["mine"], "swap.layers": {"mine": "first"}}
    params_with(tmp_path, mine | {"swap.given": [[1, 4]]})
    project = Project.at(tmp_path)
    for stage in ("source", "dataset", "endpoint --seed 0"):
        run_stage(project, stage)
    for stage in ("swap", "curve", "analysis"):
        run_stage(project, f"{stage} --variant mine --seed 0")
    state, swapped = (checkpoints.load(tmp_path / file)[0] for file in (layout.endpoint(0), layout.swapped("mine", 0)))
    assert swapped["W"][1] == state["W"][4] != state["W"][1]  # a gain of each unit goes with it
    with np.load(tmp_path / layout.analysis("mine", 0) / layout.DISTANCES) as arrays:
        layers = arrays["layers"].tolist()
        assert set(layers) == {"(root)", "first", "last"}
        assert (arrays["raw_l2"][1:, layers.index("(root)")] > 0).all()


@pytest.mark.parametrize("name", ["W", "(root)"])
def test_a_layer_that_is_a_parameter_of_the_root_is_swapped_fitted_and_analysed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "rooted_networks.py").write_text(NETWORK)
    monkeypatch.syspath_prepend(tmp_path)
    mine = {"model.name": "rooted_networks:Owned", "variants": ["mine"], "swap.layers": {"mine": name}}
    params_with(
        tmp_path, mine | {"swap.given": [[1, 4]], "restricted.variants": ["mine"], "restricted.kinds": ["slices"]}
    )
    project = Project.at(tmp_path)
    for stage in ("source", "dataset", "endpoint --seed 0"):
        run_stage(project, stage)
    for stage in ("swap", "curve", "analysis", "restricted"):
        run_stage(project, f"{stage} --variant mine --seed 0")
    state, swapped = (checkpoints.load(tmp_path / file)[0] for file in (layout.endpoint(0), layout.swapped("mine", 0)))
    places = [0, 4, 2, 3, 1, 5]
    assert (swapped["W"] == state["W"][:, places]).all()
    assert (swapped["shift"] == state["shift"][places]).all()
    metadata = json.loads((tmp_path / layout.metadata(layout.swapped("mine", 0))).read_text())
    assert (metadata["layer"], metadata["parameter"]) == ("(root)", "W")
    baselines = json.loads((tmp_path / layout.baselines("mine", 0)).read_text())
    assert "repair" not in baselines
    assert "cannot correct W:" in baselines["not_repaired"]
    summary = json.loads((tmp_path / layout.analysis("mine", 0) / layout.SUMMARY).read_text())
    assert summary["swapped_layer"] == "(root)"
    assert summary["movement"]["readers"] == ["last"]
