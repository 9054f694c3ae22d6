"""Moves the entries of a state dict."""

from collections.abc import Mapping

import torch
from torch import Tensor

from mode_connectivity.symmetry.axes import Axis, index_of, offsets, size_of


def apply(
    state: Mapping[str, Tensor], axes: Mapping[str, tuple[Axis, ...]], perms: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Return new[k_0, k_1, ...] = old[index_0[k_0], index_1[k_1], ...], one selection for each axis that moves.

    Raises:
        ValueError: a tensor that is missing or of another shape.
    """
    check(state, axes)
    moving = {group: perm for group, perm in perms.items() if not torch.equal(perm, torch.arange(len(perm)))}
    indices: dict[tuple[Axis, torch.device], Tensor] = {}
    permuted = {}
    for name, tensor in state.items():
        moved = tensor
        for dim, axis in enumerate(axes.get(name, ())):
            if not any(block.group in moving for _, block in offsets(axis)):
                continue
            key = (axis, tensor.device)
            if key not in indices:
                indices[key] = index_of(axis, moving).to(tensor.device)
            moved = moved.index_select(dim, indices[key])
        permuted[name] = moved.clone() if moved is tensor and isinstance(tensor, Tensor) else moved
    return permuted


def check(state: Mapping[str, Tensor], axes: Mapping[str, tuple[Axis, ...]]) -> None:
    """Raise ValueError for a tensor of `axes` that the state lacks or has in another shape."""
    for name, each in axes.items():
        if name not in state:
            raise ValueError(f"the state has no {name!r}")
        if tuple(state[name].shape) != tuple(map(size_of, each)):
            raise ValueError(f"{name} has shape {tuple(state[name].shape)} instead of {tuple(map(size_of, each))}")
