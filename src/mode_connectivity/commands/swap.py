"""Writes a checkpoint with units of one layer swapped, verified to be the same function, and its metadata."""

import argparse
import hashlib
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from mode_connectivity.foundations import checkpoints
from mode_connectivity.foundations.atomic import whole_file, write_json
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.models import adopt, build, depth_layers, unwrapped
from mode_connectivity.symmetry import Symmetry
from mode_connectivity.symmetry.equivalence import TOLERANCE, Equivalence, compare
from mode_connectivity.symmetry.selection import random_pairs
from mode_connectivity.symmetry.units import pair_distance

EXAMPLE = """\
  mode-connectivity swap --checkpoint seed0.pt --output mid/seed0.pt --layer-depth mid --num-swaps 1 --seed 0
  mode-connectivity swap --checkpoint own.safetensors --output swapped.safetensors --model my_nets:mlp --layer hidden"""
SUFFIXES = (".safetensors", ".pt")
BATCH = 64
INPUTS, MORE_INPUTS = 64, 2048  # random images on which the two networks are compared


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""

    def add(name: str, text: str, **options: Any) -> None:
        parser.add_argument(name, help=text, **options)

    add("--checkpoint", "the network: safetensors, or a .pt of plain weights", type=Path, required=True)
    add("--output", "the checkpoint to write, .safetensors or .pt; metadata go beside it", type=Path, required=True)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--layer-depth", choices=("early", "mid", "late"), help="which layer, by its depth")
    where.add_argument("--layer", help="which layer, by its name in the network, such as features.12")
    add("--num-swaps", "pairs of units (default: %(default)s)", type=int, default=1)
    add("--seed", "draws the pairs (default: %(default)s)", type=int, default=0)
    add("--model", "vgg16, resnet18, ... or package.module:callable (default: %(default)s)", default="vgg16")
    add("--image-size", "side of the images in pixels (default: %(default)s)", type=int, default=32)
    add("--verify", f"compare on {MORE_INPUTS} random images instead of {INPUTS}", action="store_true")


def run(given: argparse.Namespace) -> None:
    """Run the subcommand with its parsed arguments."""
    if given.output.suffix not in SUFFIXES:
        raise ValueError(f"--output: {given.output}: end it in {' or '.join(SUFFIXES)}")
    if given.num_swaps < 1:
        raise ValueError(f"--num-swaps: at least one pair, got {given.num_swaps}")
    weights = {
        name: tensor
        for name, tensor in unwrapped(checkpoints.foreign(given.checkpoint)).items()
        if isinstance(tensor, Tensor)
    }
    model = _network(given.model, weights, given.image_size, given.checkpoint)
    state = _adopted(model, weights, given.checkpoint)
    checkpoints.real({name: tensor for name, tensor in state.items() if tensor.is_floating_point()}, given.checkpoint)
    symmetry = Symmetry.derive(model, torch.randn(2, 3, given.image_size, given.image_size))
    layer = given.layer or _depth_layer(given.model, model, given.layer_depth)
    pairs = random_pairs(
        torch.arange(symmetry.groups[symmetry.group_of(layer)]),
        given.num_swaps,
        named_generator(given.seed, "swapped pairs"),
    )
    swapped = symmetry.apply(state, symmetry.swap(layer, pairs))
    result = _compared(model, state, swapped, given.image_size, MORE_INPUTS if given.verify else INPUTS)
    metadata = {
        "layer": layer,
        "pairs": [{"pair": list(pair), "distance": pair_distance(layer, state, pair)} for pair in pairs],
        "seed": given.seed,
        "model": given.model,
        "checkpoint_sha256": hashlib.sha256(given.checkpoint.read_bytes()).hexdigest(),
        "verification": {"random_inputs": asdict(result), "tolerance": TOLERANCE},
    }
    _write(given.output, _named_as(model, weights, swapped), metadata)
    units = ", ".join(f"{first} and {second}" for first, second in pairs)
    print(f"{layer}: swapped units {units}; the same function on {result.images} random images: {given.output}")


def _network(name: str, weights: dict[str, Tensor], image_size: int, file: Path) -> nn.Module:
    """Return the network whose width, classes and normalisation follow from the shapes of `weights`."""
    # By the numbers in their names: a file need not hold layers in their order, and safetensors sorts by letters.
    tensors = [weights[name] for name in sorted(weights, key=_numbered)]
    convolutions = [tensor for tensor in tensors if tensor.ndim == 4]
    matrices = [tensor for tensor in tensors if tensor.ndim == 2]
    if not convolutions or not matrices:
        raise ValueError(f"{file}: holds no weights of layers")
    return build(
        name,
        num_classes=len(matrices[-1]),
        width=len(convolutions[0]) / 64,
        batch_norm=any(key.endswith("running_mean") for key in weights),
        image_size=image_size,
    )


def _numbered(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _adopted(model: nn.Module, weights: dict[str, Tensor], file: Path) -> dict[str, Tensor]:
    try:
        return adopt(model, weights)
    except ValueError as error:
        raise ValueError(f"{file}: {error}; is --model the right one?") from error


def _depth_layer(name: str, model: nn.Module, depth: str) -> str:
    norms = any(isinstance(module, nn.BatchNorm2d) for module in model.modules())
    layers = depth_layers(name, batch_norm=norms)
    if depth not in layers:
        raise ValueError(f"--layer-depth: {name} has no layers of that depth by default; name one with --layer")
    return layers[depth]


def _compared(
    model: nn.Module, state: dict[str, Tensor], swapped: dict[str, Tensor], image_size: int, count: int
) -> Equivalence:
    result = compare(model.double(), state, swapped, _random_images(image_size, count))
    if not result.holds:
        raise ValueError(
            f"the swapped network is another function: logits differ by {result.relative_difference:.1e} relative "
            f"(at most {TOLERANCE:.0e}) and {result.changed_predictions} predictions changed"
        )
    return result


def _random_images(image_size: int, count: int) -> Iterator[Tensor]:
    generator = named_generator(0, "random inputs")
    for _ in range(0, count, BATCH):
        yield torch.randn(BATCH, 3, image_size, image_size, dtype=torch.float64, generator=generator)


def _named_as(model: nn.Module, weights: dict[str, Tensor], state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return `state` under the names and in the order and types of `weights`, from which it was adopted."""
    numbers = {
        name: torch.full_like(tensor, k, dtype=torch.float64) for k, (name, tensor) in enumerate(weights.items())
    }
    of_place = {int(tensor.flatten()[0]): name for name, tensor in adopt(model, numbers).items()}
    return {name: state[of_place[k]].to(tensor.dtype) for k, (name, tensor) in enumerate(weights.items())}


def _write(file: Path, state: dict[str, Tensor], metadata: dict[str, Any]) -> None:
    write_json(file.with_name(f"{file.stem}_metadata.json"), metadata)
    if file.suffix == ".safetensors":
        checkpoints.save(file, state, metadata)
    else:
        with whole_file(file) as partial:
            torch.save({"state_dict": state}, partial)
