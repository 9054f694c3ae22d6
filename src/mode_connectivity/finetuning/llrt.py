"""Fine-tunes by LLRT, last-layer retraining: a new head on frozen features (Kirichenko et al. 2023)."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy, linear

from mode_connectivity.data.sets import TrainingBatches
from mode_connectivity.finetuning.head import frozen_features, head_of
from mode_connectivity.finetuning.watch import Watch, readings_of
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.training import Epoch, Keeper, Recipe, Resumable, descend

# Lubana et al. 2023, code of the paper; no weight decay.
LLRT = Recipe(epochs=200, batch_size=256, learning_rate=30.0, momentum=0.9, schedule="cosine")


def llrt(
    model: nn.Module,
    pretrained: Mapping[str, Tensor],
    clean: TrainingBatches,
    recipe: Recipe,
    precision: Precision,
    initialisation: Generator,
    *,
    watch: Watch | None = None,
    keeper: Keeper | None = None,
    title: str = "llrt",
) -> tuple[dict[str, Tensor], list[Epoch]]:
    """Return `pretrained` with its last linear layer drawn anew and trained on the features of clean images.

    The features are those of eval mode, so that all else is kept to the bit, statistics of batch norm included. They
    are computed once, from the images as they are: an augmentation of `clean` is not applied.

    Raises:
        ValueError: the network has no head, or one without bias.
    """
    name, head = head_of(model)
    state = {key: tensor.detach().clone() for key, tensor in pretrained.items()}
    if f"{name}.bias" not in state:
        raise ValueError(f"{name}: the head has no bias to train")
    features = frozen_features(model, state, clean.images, clean.scaling, precision)
    weight, bias = (
        tensor.to(features.device).requires_grad_()
        for tensor in _fresh_head(head.out_features, head.in_features, initialisation)
    )

    def step(rows: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        with precision.autocast():
            logits = linear(rows, weight, bias)
            loss = cross_entropy(logits.float(), labels)
        weight.grad, bias.grad = torch.autograd.grad(loss, [weight, bias])
        return loss.detach(), (logits.detach().argmax(1) == labels).sum()

    shown = watch.behind(state) if watch is not None else None
    batches = _Rows(features, clean.images.labels, clean.batch_size, clean.order, clean.draws)
    history = descend(
        [weight, bias],
        step,
        batches,
        recipe,
        decay=recipe.weight_decay,
        resumable=None if keeper is None else Resumable(keeper, batches, lists=readings_of(watch)),
        title=title,
        after_epoch=(lambda: shown(weight, bias)) if shown is not None else None,
    )
    return state | {f"{name}.weight": weight.detach(), f"{name}.bias": bias.detach()}, history


def _fresh_head(classes: int, width: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """Draw from U(-1/sqrt(D), 1/sqrt(D)), the usual start of a linear layer that reads D features."""
    bound = 1 / math.sqrt(width)
    weight = torch.empty(classes, width).uniform_(-bound, bound, generator=generator)
    return weight, torch.empty(classes).uniform_(-bound, bound, generator=generator)


@dataclass(frozen=True)
class _Rows:
    """Yields batches of features in a new random order in each pass, cut as `TrainingBatches` cuts images.

    Nothing is drawn from `draws`, which would augment images.
    """

    features: Tensor
    labels: Tensor
    batch_size: int
    order: Generator
    draws: Generator

    def __len__(self) -> int:
        return max(1, len(self.labels) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return self.epoch()

    def epoch(self, skip: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield one pass without its first `skip` batches."""
        permutation = torch.randperm(len(self.labels), generator=self.order).to(self.labels.device)
        for index in permutation.split(self.batch_size)[skip : len(self)]:
            yield self.features[index], self.labels[index]
