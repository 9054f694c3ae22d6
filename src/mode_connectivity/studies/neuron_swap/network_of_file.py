"""Builds the network that fits the weights of a file, and gives weights the names that they have in the file."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from torch import Tensor, nn

from mode_connectivity.models import adopt, build, correspondence


def network_of(
    name: str, weights: Mapping[str, Tensor], shape: Sequence[int], classes: int | None, file: Path
) -> nn.Module:
    """Return the network whose width, normalisation and, where not given, classes follow from the weights' shapes."""
    # By the numbers in their names: a file need not hold layers in their order, and safetensors sorts by letters.
    tensors = [weights[name] for name in sorted(weights, key=_numbered) if weights[name].is_floating_point()]
    filters = [len(tensor) for tensor in tensors if tensor.ndim == 4]
    rows = [len(tensor) for tensor in tensors if tensor.ndim == 2]
    if not (classes or rows) or not (filters or ":" in name):
        raise ValueError(f"{file}: holds no weights of layers")
    return build(
        name,
        num_classes=classes or rows[-1],
        **({"width": filters[0] / 64} if filters else {}),
        batch_norm=any(key.endswith("running_mean") for key in weights),
        image_size=shape[-1],
    )


def adopted(model: nn.Module, weights: Mapping[str, Tensor], file: Path) -> dict[str, Tensor]:
    """Return the network's state dict of the weights; an error names the file."""
    try:
        return adopt(model, weights)
    except ValueError as error:
        raise ValueError(f"{file}: {error}; are --model and --num-classes right?") from error


def named_as(model: nn.Module, weights: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return `state` under the names and in the order and types of `weights`, from which it was adopted.

    What the network does not have is what it was.
    """
    own = {name: own for own, name in correspondence(model, weights).names.items()}
    return {name: state[own[name]].to(tensor.dtype) if name in own else tensor for name, tensor in weights.items()}


def _numbered(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
