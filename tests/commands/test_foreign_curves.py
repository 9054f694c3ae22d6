"""Whole curves of the networks of Garipov et al. (2018) load from their files, and are analysed."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from mode_connectivity.commands.curve import read_curve
from mode_connectivity.commands.main import main
from mode_connectivity.foundations import layout
from mode_connectivity.paths import Bezier
from mode_connectivity.paths.whole_curve import parameters
from support.garipov import NETWORKS, curve, trained


def written(folder: Path, network: str) -> tuple[Path, Path, Bezier]:
    """The files of a curve and of the network it starts at, as their trainings leave them, and what they hold."""
    controls = [trained(network, seed) for seed in range(3)]
    files = folder / "curve.pt", folder / "checkpoint.pt"
    for file, state in zip(files, (curve(controls), controls[0]), strict=True):
        torch.save({"epoch": 200, "model_state": state, "optimizer_state": {"state": {}, "param_groups": []}}, file)
    return *files, Bezier([parameters(state) for state in controls])


@pytest.mark.parametrize("network", NETWORKS)
def test_a_whole_curve_loads_with_every_layer_at_its_place(network: str, tmp_path: Path) -> None:
    file, start, path = written(tmp_path, network)
    found = read_curve(file, start)
    assert isinstance(found, Bezier)
    for mine, theirs in zip(found.controls, path.controls, strict=True):
        assert list(mine) == list(theirs)
        assert all(torch.equal(mine[name], theirs[name]) for name in theirs)


@pytest.mark.parametrize("network", NETWORKS)
def test_it_is_analysed_by_the_names_of_its_start(network: str, tmp_path: Path) -> None:
    file, start, path = written(tmp_path, network)
    layer = "layer_blocks.2.0" if network.startswith("VGG") else "layer2.0.conv1"
    (tmp_path / "swap.json").write_text(json.dumps({"layer": layer}))
    given = ["--curve-checkpoint", str(file), "--original-checkpoint", str(start)]
    options = [
        "--swap-metadata",
        str(tmp_path / "swap.json"),
        "--output-dir",
        str(tmp_path / "out"),
        "--num-points",
        "3",
    ]
    main(["analyse", *given, *options])
    with np.load(tmp_path / "out" / layout.DISTANCES, allow_pickle=False) as arrays:
        layers = arrays["layers"].tolist()
        moved = arrays["raw_l2"][1, layers.index(layer)]
    assert ("classifier.6" in layers) == network.startswith("VGG")
    ends = [path.controls[k][f"{layer}.weight"].double() for k in range(3)]
    inner = [path.controls[k].get(f"{layer}.bias", torch.zeros(1)).double() for k in range(3)]
    squared = sum((a / 4 + b / 2 + c / 4 - a).square().sum() for a, b, c in (ends, inner))
    assert moved == pytest.approx(float(squared) ** 0.5, rel=1e-5)


def test_layers_that_trade_places_are_refused(tmp_path: Path) -> None:
    """Both have the same shape, so that only their values tell which is which."""
    file, start, _ = written(tmp_path, "VGG16")
    state = torch.load(file, weights_only=True)["model_state"]
    other = {"net.fc1.": "net.fc2.", "net.fc2.": "net.fc1."}
    torch.save({name: state[other.get(name[:8], name[:8]) + name[8:]] for name in state}, file)
    with pytest.raises(ValueError, match=r"starts elsewhere than .*checkpoint\.pt, first at classifier\.1\.weight"):
        read_curve(file, start)
