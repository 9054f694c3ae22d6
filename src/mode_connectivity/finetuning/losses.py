"""Computes the two losses of CBFT: the barrier to the pretrained network and the invariance of class means."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from mode_connectivity.foundations.precision import Precision
from mode_connectivity.models import tied, trained_parameters
from mode_connectivity.paths import Linear
from mode_connectivity.paths.gradients import path_gradients
from mode_connectivity.training.objective import output_of
from mode_connectivity.training.small_maps import small_maps


@dataclass(frozen=True)
class Barrier:
    """Holds the level K in nats, and draws t = mean + spread clip(z, -clip, clip), z ~ N(0, 1), the pretrained share.

    The defaults are the published ones: K = 1 and t in [1/4, 3/4], with both ends of it likely (a share of 0.31 each).
    K bites only where it lies above the loss of a network that does not read the cue.

    Raises:
        ValueError: t could leave [0, 1].
    """

    level: float = 1.0
    mean: float = 0.5
    spread: float = 0.5
    clip: float = 0.5

    def __post_init__(self) -> None:
        reach = self.spread * self.clip
        if not 0 <= self.mean - reach <= self.mean + reach <= 1:
            raise ValueError(f"t would run from {self.mean - reach:g} to {self.mean + reach:g}, outside [0, 1]")

    def draw(self, generator: Generator) -> float:
        z = float(torch.randn((), generator=generator, dtype=torch.float64))
        return self.mean + self.spread * min(max(z, -self.clip), self.clip)


def barrier_gradients(
    model: nn.Module,
    current: Mapping[str, Tensor],
    pretrained: Mapping[str, Tensor],
    t: float,
    batch: tuple[Tensor, Tensor],
    level: float,
    precision: Precision,
) -> tuple[list[Tensor], Tensor, Tensor]:
    """Return gradients of |K - CE(W_t)| for each parameter that is trained, W_t = t pretrained + (1 - t) current.

    W_t is linear in `current`, so the gradient at the point times (1 - t) is exact. CE is the mean over the batch.
    Neither state is changed.

    Returns:
        The gradients in the order of `trained_parameters(model)`, the barrier loss, and the number of right answers.
    """
    images, labels = batch
    path = Linear(current, pretrained, copy=False)
    with torch.no_grad():
        state = path.at(t)
    state |= {name: state[first] for name, first in tied(model).items()}
    point = [state[name].requires_grad_() for name in trained_parameters(model)]
    with precision.autocast(), small_maps(images):
        logits = output_of(model, state, images)
        loss = (level - cross_entropy(logits.to(torch.promote_types(logits.dtype, torch.float32)), labels)).abs()
    (at_point,) = path_gradients(loss, point, path.weights(t)[:1], 0.0)
    gradients = [torch.zeros_like(w) if g is None else g for g, w in zip(at_point, point, strict=True)]
    return gradients, loss.detach(), (logits.detach().argmax(1) == labels).sum()


def invariance_loss(
    features: Tensor, labels: Tensor, cue_features: Tensor, cue_labels: Tensor, num_classes: int
) -> Tensor:
    """Return sum_c |m_c / |m_c| - m'_c / |m'_c||^2 / num_classes (Lubana et al. 2023, section 5.1).

    m_c is the mean of the `features`, (N, D), of class c, and m'_c that of `cue_features`, (M, D). A class that is
    missing from either batch adds nothing. The loss lies in [0, 4].
    """
    classes = torch.arange(num_classes, device=labels.device)
    gap = torch.zeros((), device=features.device)
    both = torch.ones(num_classes, dtype=torch.bool, device=features.device)
    for sign, rows, theirs in ((1, features, labels), (-1, cue_features, cue_labels)):
        member = (theirs == classes[:, None]).to(
            rows
        )  # (classes, N); no boolean index, which would wait for the device
        count = member.sum(1, keepdim=True)
        gap = gap + sign * normalize(member @ rows / count.clamp(min=1), dim=1)
        both = both & (count[:, 0] > 0)
    return (gap.square().sum(1) * both).sum() / num_classes
