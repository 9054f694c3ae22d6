"""Writes a checkpoint with units of one layer swapped, verified to be the same function, and its metadata."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from mode_connectivity.foundations import checkpoints
from mode_connectivity.foundations.atomic import whole_file, write_json
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.models import depth_layers, unwrapped
from mode_connectivity.studies.neuron_swap.network_of_file import adopted, named_as, network_of
from mode_connectivity.studies.neuron_swap.swap_metadata import named, named_layer
from mode_connectivity.symmetry import Symmetry, UnsupportedModule
from mode_connectivity.symmetry.equivalence import TOLERANCE, Equivalence, compare
from mode_connectivity.symmetry.selection import random_pairs
from mode_connectivity.symmetry.units import pair_distance

EXAMPLE = """\
  mode-connectivity swap --checkpoint seed0.pt --output mid/seed0.pt --layer-depth mid --num-swaps 1 --seed 0
  mode-connectivity swap --checkpoint own.safetensors --output swapped.safetensors --model my_nets:mlp --layer hidden"""
SUFFIXES = (".safetensors", ".pt")
BATCH = 64
INPUTS, MORE_INPUTS = 64, 2048  # random inputs on which the two networks are compared


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""

    def add(name: str, text: str, **options: Any) -> None:
        parser.add_argument(name, help=text, **options)

    add("--checkpoint", "the network: safetensors, or a .pt of plain weights", type=Path, required=True)
    add("--output", "the checkpoint to write, .safetensors or .pt; metadata go beside it", type=Path, required=True)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--layer-depth", choices=("early", "mid", "late"), help="which layer, by its depth")
    where.add_argument("--layer", help="which layer: features.12, or the name of a parameter that is one, such as W")
    add("--num-swaps", "pairs of units (default: %(default)s)", type=int, default=1)
    add("--seed", "draws the pairs (default: %(default)s)", type=int, default=0)
    add("--model", "vgg16, resnet18, ... or package.module:callable (default: %(default)s)", default="vgg16")
    add("--num-classes", "outputs of the network (default: as many as its last matrix has rows)", type=int)
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--image-size", help="side of the images in pixels (default: %(default)s)", type=int, default=32)
    shape.add_argument("--input-shape", help="of one input that is no such image: 20, or 1 28 28", type=int, nargs="+")
    add("--verify", f"compare on {MORE_INPUTS} random inputs instead of {INPUTS}", action="store_true")


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
    shape = given.input_shape or [3, given.image_size, given.image_size]
    for option, number in (("--num-classes", given.num_classes), *(("--input-shape", side) for side in shape)):
        if number is not None and number < 1:
            raise ValueError(f"{option}: at least 1, got {number}")
    model = network_of(given.model, weights, shape, given.num_classes, given.checkpoint)
    symmetry = _symmetry(model, shape)
    state = adopted(model.double(), weights, given.checkpoint)  # so that weights of float64 keep their bits
    checkpoints.real({name: tensor for name, tensor in state.items() if tensor.is_floating_point()}, given.checkpoint)
    layer = named_layer(symmetry, given.layer or _depth_layer(given.model, model, given.layer_depth))
    units = symmetry.groups[symmetry.group_of(layer)]
    pairs = random_pairs(torch.arange(units), given.num_swaps, named_generator(given.seed, "swapped pairs"))
    swapped = symmetry.apply(state, symmetry.swap(layer, pairs))
    result = _compared(model, state, swapped, shape, MORE_INPUTS if given.verify else INPUTS)
    metadata = {
        **named(symmetry, layer),
        "pairs": [{"pair": list(pair), "distance": pair_distance(symmetry, layer, state, pair)} for pair in pairs],
        "seed": given.seed,
        "model": given.model,
        "checkpoint_sha256": checkpoints.digest(given.checkpoint),
        "verification": {"random_inputs": asdict(result), "tolerance": TOLERANCE},
    }
    _write(given.output, named_as(model, weights, swapped), metadata)
    moved = ", ".join(f"{first} and {second}" for first, second in pairs)
    print(f"{layer}: swapped units {moved}; the same function on {result.images} random inputs: {given.output}")


def _symmetry(model: nn.Module, shape: Sequence[int]) -> Symmetry:
    try:
        return Symmetry.derive(model, torch.randn(2, *shape))
    except UnsupportedModule:
        raise
    except Exception as error:  # whatever the user's own network raises
        reason = " ".join(str(error).split())[:200]
        raise ValueError(
            f"--input-shape: the network does not run on inputs of {' x '.join(map(str, shape))}: {reason}"
        ) from error


def _depth_layer(name: str, model: nn.Module, depth: str) -> str:
    norms = any(isinstance(module, nn.BatchNorm2d) for module in model.modules())
    layers = depth_layers(name, batch_norm=norms)
    if depth not in layers:
        raise ValueError(f"--layer-depth: {name} has no layers of that depth by default; name one with --layer")
    return layers[depth]


def _compared(
    model: nn.Module, state: dict[str, Tensor], swapped: dict[str, Tensor], shape: Sequence[int], count: int
) -> Equivalence:
    result = compare(model, state, swapped, _random_inputs(shape, count))
    if not result.holds:
        raise ValueError(
            f"the swapped network is another function: logits differ by {result.relative_difference:.1e} relative "
            f"(at most {TOLERANCE:.0e}) and {result.changed_predictions} predictions changed"
        )
    return result


def _random_inputs(shape: Sequence[int], count: int) -> Iterator[Tensor]:
    generator = named_generator(0, "random inputs")
    for _ in range(0, count, BATCH):
        yield torch.randn(BATCH, *shape, dtype=torch.float64, generator=generator)


def _write(file: Path, state: dict[str, Tensor], metadata: dict[str, Any]) -> None:
    write_json(file.with_name(f"{file.stem}_metadata.json"), metadata)
    if file.suffix == ".safetensors":
        checkpoints.save(file, state, metadata)
    else:
        with whole_file(file) as partial:
            torch.save({"state_dict": state}, partial)
