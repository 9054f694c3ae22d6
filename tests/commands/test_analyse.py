"""The analysis of files given by hand finds what the library finds, whoever wrote them, and refuses in one line."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from mode_connectivity.commands.main import main
from mode_connectivity.foundations import checkpoints, layout
from mode_connectivity.foundations.figures import rounded
from mode_connectivity.measures import METRICS, bend_displacement, layer_distances
from mode_connectivity.paths import Bezier, Polygon
from mode_connectivity.paths import Path as Curve
from mode_connectivity.paths.whole_curve import parameters
from support.small_networks import small_net, state_of

START, BEND, OTHER = (state_of(small_net(seed, batch_norm=True)) for seed in range(3))
END = {**START, "3.weight": START["3.weight"].flip(0)}


def ours(folder: Path, bends: dict[str, Tensor] = BEND, kind: str = "bezier", number: int = 1) -> list[str]:
    checkpoints.save(folder / "curve.safetensors", bends, {"path": {"kind": kind, "bends": number}})
    checkpoints.save(folder / "original.safetensors", START, {})
    checkpoints.save(folder / "swap.safetensors", END, {})
    (folder / "swap_metadata.json").write_text(json.dumps({"layer": "3", "pairs": [{"pair": [0, 4]}]}))
    return arguments(folder, "curve.safetensors", "original.safetensors", "swap_metadata.json")


def theirs(folder: Path) -> list[str]:
    """A curve in one file, nested, and its start with the prefix of data-parallel training."""
    curve = {f"net.{name}_{k}": s[name] for k, s in enumerate((START, BEND, END)) for name in parameters(START)}
    torch.save({"epoch": 200, "model_state": {**curve, "coeff_layer.binom": torch.ones(3)}}, folder / "curve.pt")
    torch.save({"model_state": {f"module.{name}": t for name, t in START.items()}}, folder / "original.pt")
    (folder / "swap_metadata.json").write_text(json.dumps({"layer_name": "3"}))
    return arguments(folder, "curve.pt", "original.pt", "swap_metadata.json")


def arguments(folder: Path, curve: str, original: str, metadata: str) -> list[str]:
    options = {"--curve-checkpoint": curve, "--original-checkpoint": original, "--swap-metadata": metadata}
    given = [part for option, name in options.items() for part in (option, str(folder / name))]
    return [*given, "--output-dir", str(folder / "out"), "--num-points", "7"]


def found(folder: Path) -> tuple[dict[str, np.ndarray], dict[str, object]]:
    with np.load(folder / "out" / layout.DISTANCES, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    return arrays, json.loads((folder / "out" / layout.SUMMARY).read_text())


def check(folder: Path, path: Curve) -> None:
    arrays, summary = found(folder)
    expected = layer_distances(path, np.linspace(0, 1, 7))
    assert arrays["layers"].tolist() == list(expected.layers)
    assert str(arrays["swapped_layer"]) == summary["swapped_layer"] == "3"
    for metric in METRICS:
        assert np.array_equal(arrays[metric], rounded(getattr(expected, metric)))
    layers: list[dict[str, float]] = summary["layers"]  # type: ignore[assignment]
    assert [each["bend_displacement"] for each in layers] == rounded(bend_displacement(path).tolist())
    assert summary["points"] == 7


@pytest.mark.parametrize("write", [ours, theirs])
def test_distances_are_those_of_the_path(tmp_path: Path, write: Callable[[Path], list[str]]) -> None:
    main(["analyse", *write(tmp_path)])
    check(tmp_path, Bezier([START, BEND, END]))
    before = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    main(["analyse", *write(tmp_path)])
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == before
    assert sorted(before) == sorted([layout.DISTANCES, layout.SUMMARY])


def test_a_chain_of_several_bends_and_an_end_given_by_name(tmp_path: Path) -> None:
    stacked = {f"bends.{k}.{name}": t for k, bend in ((1, BEND), (2, OTHER)) for name, t in bend.items()}
    given = ours(tmp_path, stacked, "polygon", 2)
    torch.save(END, tmp_path / "elsewhere.pt")
    (tmp_path / "swap.safetensors").unlink()
    main(["analyse", *given, "--swapped-checkpoint", str(tmp_path / "elsewhere.pt")])
    check(tmp_path, Polygon([START, BEND, OTHER, END]))


def test_an_end_that_is_named_is_the_end_of_a_whole_curve(tmp_path: Path) -> None:
    given = theirs(tmp_path)
    for name, state in (("same", END), ("other", OTHER)):
        checkpoints.save(tmp_path / f"{name}.safetensors", state, {})
    main(["analyse", *given, "--swapped-checkpoint", str(tmp_path / "same.safetensors")])
    with pytest.raises(SystemExit, match=r"curve\.pt: holds all control points, and ends elsewhere than"):
        main(["analyse", *given, "--swapped-checkpoint", str(tmp_path / "other.safetensors")])


UNREAL: dict[str, Callable[[Tensor], Tensor]] = {
    "nan": lambda tensor: torch.full_like(tensor, torch.nan),
    "inf": lambda tensor: torch.full_like(tensor, torch.inf),
    "complex": lambda tensor: tensor.to(torch.complex64),
    "uint8": lambda tensor: tensor.to(torch.uint8),
}


def spoil(folder: Path, what: str) -> str:
    """Damage one file; the message that must follow."""
    if what == "missing":
        (folder / "curve.safetensors").unlink()
        return "curve.safetensors: no such file"
    if what == "truncated":
        (folder / "original.safetensors").write_bytes((folder / "original.safetensors").read_bytes()[:-9])
        return "original.safetensors: not readable as plain weights"
    if what == "another start":
        checkpoints.save(folder / "original.safetensors", OTHER, {})
        theirs_start = {f"net.{name}_{k}": t.clone() for k in range(3) for name, t in parameters(START).items()}
        checkpoints.save(folder / "curve.safetensors", theirs_start, {})
        return "starts elsewhere than"
    if what == "another network":
        checkpoints.save(folder / "curve.safetensors", state_of(small_net()), {})
        return "curve.safetensors: control points 0 and 1 differ: only one of them has"
    if what == "no end":
        (folder / "swap.safetensors").unlink()
        return "it holds bends alone; name the other end with --swapped-checkpoint"
    if what == "unknown layer":
        (folder / "swap_metadata.json").write_text('{"layer": "conv9"}')
        return "no layer 'conv9' in the checkpoints; there are 0, 1, 3, 6, 8"
    if what == "no gap":
        checkpoints.save(folder / "curve.safetensors", {f"bends.999999999.{n}": t for n, t in BEND.items()}, {})
        return "curve.safetensors: its bends are not numbered from 1 without a gap: 999999999"
    if what.startswith("weights of "):
        odd, value = what.removeprefix("weights of ").split(" in ")[0], UNREAL[what.split()[2]]
        name = what.split(" in ")[1]
        state = {**START, "3.weight": value(START["3.weight"])}
        checkpoints.save(folder / f"{name}.safetensors", state, {})
        return f"{name}.safetensors: 3.weight " + ("holds NaN or infinity" if odd in ("nan", "inf") else "is torch.")
    if what == "no layer":
        (folder / "swap_metadata.json").write_text("[]")
        return "does not name the swapped layer"
    (folder / "swap_metadata.json").write_text("{")
    return "swap_metadata.json: not JSON"


@pytest.mark.parametrize(
    "what",
    [
        *("missing", "truncated", "another start", "another network", "no end", "unknown layer", "no layer", "no JSON"),
        "no gap",
        *(f"weights of {odd} in {name}" for odd in UNREAL for name in ("curve", "original", "swap")),
    ],
)
def test_bad_input_is_one_line(tmp_path: Path, what: str) -> None:
    given = ours(tmp_path)
    message = spoil(tmp_path, what)
    with pytest.raises(SystemExit) as stopped:
        main(["analyse", *given])
    text = str(stopped.value.code)
    assert text.startswith("error: ")
    assert message in text
    assert "\n" not in text
    assert not (tmp_path / "out").exists()


def test_one_point_is_no_path(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="error: --num-points: a path needs 2 points or more, got 1"):
        main(["analyse", *ours(tmp_path)[:-1], "1"])


def test_a_pickle_is_not_run(tmp_path: Path) -> None:
    given = theirs(tmp_path)
    (tmp_path / "original.pt").write_bytes(b"\x80\x04cos\nsystem\n")
    with pytest.raises(SystemExit, match=r"original\.pt: not readable as plain weights"):
        main(["analyse", *given])
