"""A network of tied weights goes through the stages, trained or brought in a file of another's making."""

from pathlib import Path

import pytest
import torch

from mode_connectivity.foundations import checkpoints, layout
from support.in_process import params_with, run_stage
from support.project_copy import Project

NETWORK = """
import torch
from torch import nn


class Tied(nn.Module):
    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.first = nn.Linear(3 * 32 * 32, 6)
        self.there, self.back = nn.Linear(6, 6), nn.Linear(6, 6)
        self.back.weight = self.there.weight
        self.last = nn.Linear(6, num_classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        hidden = torch.relu(self.first(images.flatten(1)))
        return self.last(torch.relu(self.back(torch.relu(self.there(hidden)))))


def wrapped(num_classes: int) -> nn.Module:
    return nn.DataParallel(Tied(num_classes))
"""


@pytest.mark.parametrize("name", ["Tied", "wrapped"])
def test_it_is_trained_swapped_fitted_and_analysed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / "tied_networks.py").write_text(NETWORK)
    monkeypatch.syspath_prepend(tmp_path)
    mine = {"model.name": f"tied_networks:{name}", "variants": ["mine"], "swap.layers": {"mine": "first"}}
    params_with(tmp_path, mine | {"swap.given": [[1, 4]]})
    project = Project.at(tmp_path)
    for stage in ("source", "dataset", "endpoint --seed 0"):
        run_stage(project, stage)
    state, _ = checkpoints.load(tmp_path / layout.endpoint(0))
    assert torch.equal(state["there.weight"], state["back.weight"])
    for stage in ("swap", "curve", "analysis"):
        run_stage(project, f"{stage} --variant mine --seed 0")
    bend, _ = checkpoints.load(tmp_path / layout.curve("mine", 0))
    assert torch.equal(bend["bends.1.there.weight"], bend["bends.1.back.weight"])
    assert not torch.equal(bend["bends.1.there.weight"], state["there.weight"])


def test_its_weights_are_read_from_a_key_of_a_file_with_one_name_of_the_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tied_networks.py").write_text(NETWORK)
    monkeypatch.syspath_prepend(tmp_path)
    from tied_networks import Tied  # type: ignore[import-not-found]

    plain, average = (
        {f"module.{name}": tensor for name, tensor in Tied(10).state_dict().items() if name != "back.weight"}
        for _ in range(2)
    )
    torch.save({"state_dict": plain, "state_dict_ema": average}, tmp_path / "both.pt")
    imported = f"{tmp_path}/both.pt"
    project = Project.at(tmp_path)
    params_with(tmp_path, {"model.name": "tied_networks:Tied", "endpoint.imported": imported})
    for stage in ("source", "dataset"):
        run_stage(project, stage)
    with pytest.raises(
        ValueError, match=r"endpoint\.imported: .*both\.pt: several sets of weights: state_dict, state_d"
    ):
        run_stage(project, "endpoint --seed 0")
    params_with(tmp_path, {"model.name": "tied_networks:Tied", "endpoint.imported": f"{imported}:state_dict_ema"})
    run_stage(project, "source")
    run_stage(project, "endpoint --seed 0")
    state, _ = checkpoints.load(tmp_path / layout.endpoint(0))
    assert torch.equal(state["back.weight"], average["module.there.weight"])


def test_fewer_images_than_classes_end_the_stage_in_one_line(tmp_path: Path) -> None:
    project = Project.at(tmp_path)
    params_with(tmp_path, {"dataset.train_size": 9})
    run_stage(project, "source")
    with pytest.raises(ValueError, match=r"^dataset\.train_size: 9 is fewer than the 10 classes$"):
        run_stage(project, "dataset")
