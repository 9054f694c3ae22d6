"""Runs a network on a few images before hours of training do, and says in one line what does not go."""

import torch
from torch import Tensor, nn

from mode_connectivity.models.brought import RAISED


def check(model: nn.Module, images: Tensor, classes: int, place: str) -> None:
    """Run the network on `images` as it is scored, then forwards and backwards as it is trained.

    Its running statistics change. `place` names it in messages.

    Raises:
        ValueError: it does not take such images, returns no logits of them, has nothing that can be trained, or its
            gradients would not repeat on a GPU.
    """
    with torch.random.fork_rng([images.device] if images.device.type == "cuda" else []):
        for training in (False, True):
            logits = _logits(model.train(training), images, classes, place)
        _check_gradient(logits, place)


def _logits(model: nn.Module, images: Tensor, classes: int, place: str) -> Tensor:
    shape = " x ".join(map(str, images.shape[1:]))
    try:
        logits = model(images.clone())
    except RAISED as error:  # whatever the user's own network raises
        what = "cannot be trained on" if model.training else "does not take"
        raise ValueError(f"{place} {what} images of {shape}: {_told(error)}") from error
    found = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
    if not isinstance(logits, Tensor) or logits.ndim != 2 or len(logits) != len(images) or logits.shape[1] < classes:
        how = " in training" if model.training else ""
        raise ValueError(f"{place} makes {found} of {len(images)} images{how}, not {classes} logits of each")
    return logits


def _check_gradient(logits: Tensor, place: str) -> None:
    if not logits.requires_grad:
        raise ValueError(f"{place} has no parameters that can be trained: none, or none that reach its output")
    try:
        logits.sum().backward()
    except RAISED as error:  # whatever the user's own network raises
        if "deterministic" not in str(error):
            raise ValueError(f"{place} has no gradient: {_told(error)}") from error
        kernel = str(error).split()[0]
        raise ValueError(
            f"{place} has no gradient on a GPU that repeats to the bit ({kernel}); "
            "replace that layer, or use compute.device: cpu"
        ) from error


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
