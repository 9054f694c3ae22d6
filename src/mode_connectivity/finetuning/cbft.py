"""Fine-tunes by CBFT, connectivity-based fine-tuning: raises a loss barrier to the pretrained network."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from mode_connectivity.data.sets import TrainingBatches
from mode_connectivity.finetuning.head import features_and_logits
from mode_connectivity.finetuning.losses import Barrier, barrier_gradients, invariance_loss
from mode_connectivity.finetuning.watch import Watch, readings_of
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.models import memory_format
from mode_connectivity.training import Epoch, Keeper, Recipe, Resumable, descend
from mode_connectivity.training.endpoint import Weights
from mode_connectivity.training.small_maps import small_maps

# Lubana et al. 2023, code of the paper.
CBFT = Recipe(epochs=20, batch_size=256, learning_rate=0.01, momentum=0.9, weight_decay=1e-4, schedule="cosine")


@dataclass(frozen=True)
class Losses:
    """Names what CBFT minimises beside the cross entropy of clean images; None leaves a loss out.

    `invariance_from` is the number of epochs, the warm-up, after which the invariance loss sets in.
    """

    barrier: Barrier | None = field(default_factory=Barrier)
    invariance_from: int | None = 1


def cbft(
    model: nn.Module,
    pretrained: Mapping[str, Tensor],
    clean: TrainingBatches,
    cue: TrainingBatches,
    losses: Losses,
    recipe: Recipe,
    precision: Precision,
    draws: Generator,
    *,
    watch: Watch | None = None,
    keeper: Keeper | None = None,
    title: str = "cbft",
) -> tuple[dict[str, Tensor], list[Epoch]]:
    """Train from `pretrained`, left unchanged, by two steps a batch with one momentum (Lubana et al. 2023, section 5):

    (a) on |K - CE| of a batch of cue images at a random point of the line to `pretrained`;
    (b) on the CE of a batch of clean images plus the invariance loss between the two batches.

    An epoch is one pass over the clean images; the cue images are begun anew in each. Batch norm as published: every
    batch is normalised by its own moments, at the point of the line too, whose running statistics are thrown away;
    the network's own follow the clean and the cue batches by turns, or the clean ones alone while there is no
    invariance loss.
    The history is that of step (b). `draws` gives t.
    """
    weights = Weights(model, pretrained)
    pairs = _Pairs(clean, cue, memory_format(model))
    steps = _Steps(model, pretrained, weights, pairs, losses, precision, draws)
    model.train()

    def shown() -> None:
        steps.epochs_done.add_(1)
        if watch is not None:
            watch(weights.state)
            model.train()

    carried = weights.carried | pairs.begun | {"epochs_done": steps.epochs_done}
    kept = None if keeper is None else Resumable(keeper, pairs, {"t": draws}, carried, readings_of(watch))
    moves = [steps.towards] if losses.barrier is None else [steps.away, steps.towards]
    decay = recipe.weight_decay
    history = descend(weights.leaves, moves, pairs, recipe, decay=decay, resumable=kept, title=title, after_epoch=shown)
    return weights.reached(), history


class _Steps:
    """Holds the two steps of CBFT, each of which writes the gradients of `weights`."""

    def __init__(
        self,
        model: nn.Module,
        pretrained: Mapping[str, Tensor],
        weights: Weights,
        pairs: "_Pairs",
        losses: Losses,
        precision: Precision,
        draws: Generator,
    ) -> None:
        self.epochs_done = torch.zeros((), dtype=torch.int64)
        self._model, self._pretrained, self._weights, self._pairs = model, pretrained, weights, pairs
        self._losses, self._precision, self._draws = losses, precision, draws

    def away(self, _images: Tensor, _labels: Tensor) -> tuple[Tensor, Tensor]:
        """Take step (a), on the cue images beside the batch."""
        barrier = self._losses.barrier
        assert barrier is not None
        t = barrier.draw(self._draws)
        gradients, loss, correct = barrier_gradients(
            self._model, self._weights.state, self._pretrained, t, self._pairs.cue, barrier.level, self._precision
        )
        self._weights.write(gradients)
        return loss, correct

    def towards(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Take step (b), on clean images."""
        state, warm_up = self._weights.state, self._losses.invariance_from
        with self._precision.autocast(), small_maps(images):
            features, logits = features_and_logits(self._model, state, images)
            loss = cross_entropy(logits.float(), labels)
            if warm_up is not None and self.epochs_done >= warm_up:
                cue_images, cue_labels = self._pairs.cue
                cue_features, _ = features_and_logits(self._model, state, cue_images)
                classes = logits.shape[1]
                loss = loss + invariance_loss(features.float(), labels, cue_features.float(), cue_labels, classes)
        self._weights.write(torch.autograd.grad(loss, self._weights.leaves))
        return loss.detach(), (logits.detach().argmax(1) == labels).sum()


class _Pairs:
    """Yields clean batches, with a batch of cue images at hand beside each.

    `begun` holds the states that the cue images' generators had when the pass began.
    """

    def __init__(self, clean: TrainingBatches, cue: TrainingBatches, layout: torch.memory_format) -> None:
        self._clean, self._cue, self._layout = clean, cue, layout
        self.order, self.draws = clean.order, clean.draws
        self.begun = {"cue order": cue.order.get_state(), "cue augmentation": cue.draws.get_state()}
        self.cue: tuple[Tensor, Tensor]

    def __len__(self) -> int:
        return len(self._clean)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return self.epoch()

    def epoch(self, skip: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield one pass without its first `skip` pairs, whose cue images are drawn again from where the pass began."""
        for generator, begun in zip((self._cue.order, self._cue.draws), self.begun.values(), strict=True):
            if skip:
                generator.set_state(begun)
            else:
                begun.copy_(generator.get_state())
        cues = self._endless()
        for _ in range(skip):
            next(cues)
        for (images, labels), (cue_images, cue_labels) in zip(self._clean.epoch(skip), cues, strict=False):
            self.cue = cue_images.to(memory_format=self._layout), cue_labels
            yield images.to(memory_format=self._layout), labels

    def _endless(self) -> Iterator[tuple[Tensor, Tensor]]:
        while True:
            yield from self._cue
