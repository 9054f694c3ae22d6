"""The swap of files given by hand is a swap: the same function under the same names, whoever wrote the checkpoint."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from mode_connectivity.commands.main import main
from mode_connectivity.foundations import checkpoints
from mode_connectivity.models import build


def network(width: float = 1 / 16) -> torch.nn.Module:
    torch.manual_seed(0)
    model = build("vgg16", num_classes=10, width=width).eval()
    for name, tensor in model.named_parameters():
        if name.endswith("bias"):  # zero after initialisation: their swap would not show
            torch.nn.init.normal_(tensor, std=0.1)
    return model


def swap(folder: Path, *options: str, source: str = "seed0.pt", output: str = "out/seed0.pt") -> Path:
    main(["swap", "--checkpoint", str(folder / source), "--output", str(folder / output), *options])
    return folder / output


def test_the_function_stays_and_two_units_change_places(tmp_path: Path) -> None:
    model = network()
    torch.save({"model_state": model.state_dict()}, tmp_path / "seed0.pt")
    file = swap(tmp_path, "--layer-depth", "mid", "--num-swaps", "2", "--seed", "3", "--verify")
    metadata = json.loads(file.with_name("seed0_metadata.json").read_text())
    assert metadata["layer"] == "features.12"
    assert metadata["verification"]["random_inputs"]["images"] == 2048
    (first, second), (third, fourth) = (each["pair"] for each in metadata["pairs"])
    old, new = model.state_dict(), torch.load(file, weights_only=True)["state_dict"]
    assert list(new) == list(old)
    places = torch.arange(16)
    places[[first, second, third, fourth]] = torch.tensor([second, first, fourth, third])
    assert torch.equal(new["features.12.weight"], old["features.12.weight"][places])
    assert torch.equal(new["features.14.weight"], old["features.14.weight"][:, places])
    again = file.read_bytes()
    assert swap(tmp_path, "--layer", "features.12", "--num-swaps", "2", "--seed", "3", "--verify").read_bytes() == again


@pytest.mark.parametrize(("name", "width"), [("vgg16", 1 / 16), ("vgg16", 1 / 32), ("resnet18", 1 / 8)])
def test_a_file_whose_tensors_are_sorted_by_letters_is_read_as_well(tmp_path: Path, name: str, width: float) -> None:
    torch.manual_seed(0)
    state = build(name, num_classes=7, width=width).state_dict()
    save_file(state, tmp_path / "seed0.safetensors")  # as the study's own checkpoints are
    assert list(load_file(tmp_path / "seed0.safetensors")) != list(state)
    words = ("--model", name, "--layer-depth", "late")
    metadata = swap(tmp_path, *words, source="seed0.safetensors").with_name("seed0_metadata.json")
    assert json.loads(metadata.read_text())["model"] == name


def test_names_of_another_code_are_kept(tmp_path: Path) -> None:
    state = network().state_dict()
    convolutions = [name for name in state if name.startswith("features.")]
    blocks = [(block, place) for block, count in enumerate((2, 2, 3, 3, 3)) for place in range(count)]
    theirs = {f"layer_blocks.{b}.{p}.{part}": None for b, p in blocks for part in ("weight", "bias")}
    renamed = dict(zip(theirs, (state[name] for name in convolutions), strict=True))
    renamed |= {name: tensor for name, tensor in state.items() if name not in convolutions}
    torch.save(renamed, tmp_path / "seed0.pt")
    new = torch.load(swap(tmp_path, "--layer-depth", "late"), weights_only=True)["state_dict"]
    assert list(new) == list(renamed)
    assert [name for name in new if not torch.equal(new[name], renamed[name])] == [
        "layer_blocks.4.1.weight",
        "layer_blocks.4.1.bias",
        "layer_blocks.4.2.weight",
    ]


def test_safetensors_in_and_out_and_the_analysis_reads_the_metadata(tmp_path: Path) -> None:
    state = network().state_dict()
    checkpoints.save(tmp_path / "seed0.safetensors", state, {})
    file = swap(tmp_path, "--layer-depth", "early", source="seed0.safetensors", output="swapped.safetensors")
    end, _ = checkpoints.load(file)
    bend = {name: (tensor + end[name]) / 2 for name, tensor in state.items()}
    checkpoints.save(tmp_path / "curve.safetensors", bend, {})
    options = ["--curve-checkpoint", "curve.safetensors", "--original-checkpoint", "seed0.safetensors"]
    given = [str(tmp_path / word) if "." in word else word for word in options]
    metadata = str(tmp_path / "swapped_metadata.json")
    main(["analyse", *given, "--swap-metadata", metadata, "--output-dir", str(tmp_path / "analysis")])
    assert json.loads((tmp_path / "analysis" / "analysis_summary.json").read_text())["swapped_layer"] == "features.0"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--layer", "features.99"], "no layer 'features.99' whose outputs can be permuted; there are features.0"),
        (["--layer-depth", "early", "--num-swaps", "3"], "3 pair\\(s\\) need 6 units, the layer has 4"),
        (["--layer-depth", "early", "--num-swaps", "0"], "--num-swaps: at least one pair, got 0"),
        (["--layer-depth", "early", "--model", "vgg13"], "seed0.pt: weights do not fit the network: .*are --model"),
        (["--layer-depth", "early", "--model", "vgg17"], "no network called 'vgg17'"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(tmp_path: Path, options: list[str], message: str) -> None:
    torch.save(network().state_dict(), tmp_path / "seed0.pt")
    with pytest.raises(SystemExit, match=f"^error: .*{message}"):
        swap(tmp_path, *options)
    assert not (tmp_path / "out").exists()


KINDS = [torch.float16, torch.bfloat16, torch.float64, torch.float8_e4m3fn, torch.float32]


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize("kind", KINDS)
def test_weights_of_every_kind_keep_their_bits(tmp_path: Path, kind: torch.dtype, suffix: str) -> None:
    """Also those of float64, which float32 cannot hold, and those that carry gradients."""
    state = {name: (tensor.double() / 3).to(kind) for name, tensor in network().state_dict().items()}
    if suffix == ".pt":
        torch.save({name: torch.nn.Parameter(tensor) for name, tensor in state.items()}, tmp_path / "seed0.pt")
    else:
        save_file(state, tmp_path / "seed0.safetensors")
    file = swap(tmp_path, "--layer", "features.12", source=f"seed0{suffix}", output=f"out/seed0{suffix}")
    new = checkpoints.foreign(file)
    values: Any = new["state_dict"] if suffix == ".pt" else new
    ((first, second),) = (
        each["pair"] for each in json.loads(file.with_name("seed0_metadata.json").read_text())["pairs"]
    )
    places = torch.arange(16)
    places[[first, second]] = torch.tensor([second, first])
    expected = {name: tensor.double() for name, tensor in state.items()}
    for name in ("features.12.weight", "features.12.bias"):
        expected[name] = expected[name][places]
    expected["features.14.weight"] = expected["features.14.weight"][:, places]
    assert {name: tensor.dtype for name, tensor in values.items()} == dict.fromkeys(expected, kind)
    assert all(torch.equal(values[name].double(), tensor) for name, tensor in expected.items())


def test_logits_that_overflow_are_not_said_to_be_the_same(tmp_path: Path) -> None:
    torch.save({name: tensor * 1e30 for name, tensor in network().state_dict().items()}, tmp_path / "seed0.pt")
    with pytest.raises(SystemExit, match=r"^error: the swapped network is another function: logits differ by inf"):
        swap(tmp_path, "--layer", "features.12")
    assert not (tmp_path / "out").exists()
