"""Weights of any kind of real numbers are analysed as the numbers that they are, with gradients or without."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from mode_connectivity.commands.main import main
from mode_connectivity.foundations import layout
from mode_connectivity.foundations.figures import rounded
from mode_connectivity.measures import METRICS, layer_distances
from mode_connectivity.paths import Bezier
from support.small_networks import small_net, state_of

CONTROLS = [state_of(small_net(seed)) for seed in range(3)]


def analyse(folder: Path, controls: list[dict[str, Tensor]], original: dict[str, Tensor], whole: bool) -> None:
    """Analyse a curve in files: all control points in one, or the bend alone and the other end beside the metadata."""
    numbered = {f"net.{name}_{k}": tensor for k, state in enumerate(controls) for name, tensor in state.items()}
    torch.save({**numbered, "coeff_layer.binom": torch.ones(3)} if whole else controls[1], folder / "curve.pt")
    torch.save(original, folder / "original.pt")
    torch.save(controls[2], folder / "swap.pt")
    (folder / "swap_metadata.json").write_text(json.dumps({"layer": None}))
    options = {"curve-checkpoint": "curve.pt", "original-checkpoint": "original.pt"}
    options |= {"swap-metadata": "swap_metadata.json", "output-dir": "out"}
    words = [word for key, name in options.items() for word in (f"--{key}", str(folder / name))]
    main(["analyse", *words, "--num-points", "5"])


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64, torch.float8_e4m3fn, "gradients"])
def test_distances_are_those_of_the_same_numbers(tmp_path: Path, kind: torch.dtype | str, whole: bool) -> None:
    of_kind = [
        {
            name: tensor.to(kind) if isinstance(kind, torch.dtype) else tensor.clone().requires_grad_()
            for name, tensor in state.items()
        }
        for state in CONTROLS
    ]
    doubles = [{name: tensor.detach().double() for name, tensor in state.items()} for state in of_kind]
    expected = layer_distances(Bezier(doubles), np.linspace(0, 1, 5))
    for original in (of_kind[0], doubles[0]):
        analyse(tmp_path, of_kind, original, whole)
        with np.load(tmp_path / "out" / layout.DISTANCES) as arrays:
            for metric in METRICS:
                assert np.array_equal(arrays[metric], rounded(getattr(expected, metric)))


def test_weights_whose_distances_overflow_are_one_line(tmp_path: Path) -> None:
    large = [{name: tensor.double() * 1e300 for name, tensor in state.items()} for state in CONTROLS]
    with pytest.raises(SystemExit, match=r"^error: .*curve\.pt: .* of layer 0 are too large for their squares$"):
        analyse(tmp_path, large, large[0], whole=True)
    assert not (tmp_path / "out").exists()
