"""Finds the head of a classifier, its last linear layer, and computes the features that it reads."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from mode_connectivity.data.sets import Images, Scaling, ScoringBatches
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.training.objective import output_of


def head_of(model: nn.Module) -> tuple[str, nn.Linear]:
    """Return name and module of the last linear layer.

    Raises:
        ValueError: there is none.
    """
    linear = [(name, module) for name, module in model.named_modules() if isinstance(module, nn.Linear)]
    if not linear:
        raise ValueError("the network has no linear layer, so that it has no head to fine-tune")
    return linear[-1]


def features_and_logits(model: nn.Module, state: Mapping[str, Tensor], images: Tensor) -> tuple[Tensor, Tensor]:
    """Return what the head reads, (N, D), and what it answers, (N, classes), in one pass of `state`.

    Raises:
        ValueError: the last linear layer is not what gives the logits, or it reads other than one row an image.
    """
    name, head = head_of(model)
    with _watched(head) as passes:
        logits = output_of(model, state, images)
    if len(passes) != 1 or passes[0][1] is not logits:
        raise ValueError(f"{name}: the last linear layer does not give the network's output")
    features = passes[0][0]
    if features.ndim != 2:
        raise ValueError(f"{name}: the head must read one row an image, it reads {tuple(features.shape)}")
    return features, logits


@torch.no_grad()
def frozen_features(
    model: nn.Module, state: Mapping[str, Tensor], images: Images, scaling: Scaling, precision: Precision
) -> Tensor:
    """Return the features of all of `images` in eval mode, (N, D) float32, without gradient."""
    model.eval()
    parts = []
    for batch, _ in ScoringBatches(images, scaling):
        with precision.autocast():
            parts.append(features_and_logits(model, state, batch)[0].float())
    return torch.cat(parts)


@contextmanager
def _watched(head: nn.Linear) -> Iterator[list[tuple[Tensor, Tensor]]]:
    passes: list[tuple[Tensor, Tensor]] = []

    def note(_module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        passes.append((inputs[0], output))

    handle = head.register_forward_hook(note)
    try:
        yield passes
    finally:
        handle.remove()
