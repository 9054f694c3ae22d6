"""Networks of the user's own are swapped from files: with layers that are parameters, with inputs of any shape."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from mode_connectivity.commands.main import main
from mode_connectivity.paths.path import State

NETWORKS = """
import torch
from torch import nn


class Rooted(nn.Module):
    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.W = nn.Parameter(torch.randn(20, 12))
        self.b = nn.Parameter(torch.randn(12))
        self.V = nn.Parameter(torch.randn(12, num_classes))

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        return torch.relu(points @ self.W + self.b) @ self.V


def two_roots(num_classes: int) -> nn.Module:
    network = Rooted(num_classes)
    network.U = nn.Parameter(torch.randn(20, 20))
    network.forward = lambda points: Rooted.forward(network, torch.relu(points @ network.U))
    return network


def nested(num_classes: int) -> nn.Module:
    return nn.Sequential(nn.Flatten(), Rooted(num_classes))


def mlp(num_classes: int) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(20, 12), nn.ReLU(), nn.Linear(12, num_classes))
"""


@pytest.fixture(autouse=True)
def _networks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "strange_networks.py").write_text(NETWORKS)
    monkeypatch.syspath_prepend(tmp_path)


def swap(folder: Path, name: str, *options: str) -> tuple[State, State, dict[str, Any]]:
    """Swap two pairs in a network of three classes; return its state, that of the file written, and the metadata."""
    state = getattr(import_module("strange_networks"), name)(num_classes=3).state_dict()
    torch.save(state, folder / "own.pt")
    words = ["--checkpoint", str(folder / "own.pt"), "--output", str(folder / "out.pt"), "--num-swaps", "2"]
    main(["swap", *words, "--model", f"strange_networks:{name}", "--num-classes", "3", *options])
    metadata = json.loads((folder / "out_metadata.json").read_text())
    return state, torch.load(folder / "out.pt", weights_only=True)["state_dict"], metadata


@pytest.mark.parametrize(
    ("name", "layer", "where", "owner"),
    [
        ("Rooted", "W", "", "(root)"),
        ("Rooted", "(root)", "", "(root)"),
        ("two_roots", "W", "", "(root)"),
        ("nested", "1.W", "1.", "1"),
    ],
)
def test_a_layer_that_is_a_parameter_is_named_by_it(
    tmp_path: Path, name: str, layer: str, where: str, owner: str
) -> None:
    old, new, metadata = swap(tmp_path, name, "--layer", layer, "--input-shape", "20")
    places = torch.arange(12)
    for first, second in (each["pair"] for each in metadata["pairs"]):
        places[[first, second]] = torch.tensor([second, first])
    assert (places != torch.arange(12)).sum() == 4
    moved: dict[str, Any] = {f"{where}W": (slice(None), places), f"{where}b": places, f"{where}V": places}
    for entry, tensor in old.items():
        assert torch.equal(new[entry], tensor[moved[entry]] if entry in moved else tensor), entry
    assert (metadata["layer"], metadata["parameter"]) == (owner, f"{where}W")
    first, second = metadata["pairs"][0]["pair"]
    rows = torch.cat([old[f"{where}W"], old[f"{where}b"][None]]).double()
    assert metadata["pairs"][0]["distance"] == pytest.approx((rows[:, first] - rows[:, second]).norm().item())


def test_what_is_written_is_analysed_and_the_layer_is_marked(tmp_path: Path) -> None:
    old, new, _ = swap(tmp_path, "Rooted", "--layer", "W", "--input-shape", "20")
    torch.save({name: (tensor + new[name]) / 2 for name, tensor in old.items()}, tmp_path / "bend.pt")
    words = {"curve-checkpoint": "bend.pt", "original-checkpoint": "own.pt", "swap-metadata": "out_metadata.json"}
    given = [word for option, file in words.items() for word in (f"--{option}", str(tmp_path / file))]
    main(["analyse", *given, "--output-dir", str(tmp_path / "analysis")])
    summary = json.loads((tmp_path / "analysis" / "analysis_summary.json").read_text())
    assert summary["swapped_layer"] == "(root)"


def test_a_network_without_convolutions_reads_inputs_of_its_own_shape(tmp_path: Path) -> None:
    old, new, metadata = swap(tmp_path, "mlp", "--layer", "1", "--input-shape", "1", "4", "5")
    assert "parameter" not in metadata
    assert not torch.equal(old["1.weight"], new["1.weight"])
    images = torch.randn(8, 20)
    network = nn.Sequential(nn.Linear(20, 12), nn.ReLU(), nn.Linear(12, 3))
    outputs = []
    for state in (old, new):
        network.load_state_dict({name.replace("1.", "0.").replace("3.", "2."): state[name] for name in state})
        outputs.append(network(images))
    torch.testing.assert_close(*outputs)


@pytest.mark.parametrize(
    ("name", "layer", "message"),
    [
        ("Rooted", "Q", "no layer 'Q' whose outputs can be permuted; there are W"),
        ("two_roots", "(root)", r"\(root\) holds several layers: name one of U, W"),
        ("mlp", "(root)", r"no layer '\(root\)' whose outputs can be permuted; there are 1"),
    ],
)
def test_a_name_that_means_no_layer_or_several_is_one_line(tmp_path: Path, name: str, layer: str, message: str) -> None:
    with pytest.raises(SystemExit, match=f"^error: {message}"):
        swap(tmp_path, name, "--layer", layer, "--input-shape", "20")
    assert not (tmp_path / "out.pt").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--input-shape", "19"], "--input-shape: the network does not run on inputs of 19: "),
        (["--input-shape", "0"], "--input-shape: at least 1, got 0"),
        (
            ["--input-shape", "20", "--num-classes", "4"],
            r"weights do not fit .*; are --model and --num-classes right\?",
        ),
        (["--input-shape", "20", "--num-classes", "0"], "--num-classes: at least 1, got 0"),
    ],
)
def test_a_wrong_shape_or_number_is_one_line(tmp_path: Path, options: list[str], message: str) -> None:
    with pytest.raises(SystemExit, match=f"^error: .*{message}"):
        swap(tmp_path, "Rooted", "--layer", "W", *options)
