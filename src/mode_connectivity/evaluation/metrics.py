"""The loss and accuracy of one network on one set of images."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from mode_connectivity.datasets import Images, Scaling, scoring_batches
from mode_connectivity.foundations.precision import Precision


@dataclass(frozen=True)
class Score:
    """Mean cross entropy in nats and share of right answers; summed in float64."""

    loss: float
    accuracy: float

    @property
    def error(self) -> float:
        return 1 - self.accuracy


@torch.inference_mode()
def score(
    model: nn.Module, state: Mapping[str, Tensor], images: Images, scaling: Scaling, precision: Precision
) -> Score:
    """Score `state` in eval mode on all of `images`."""
    model.eval()
    device = images.labels.device
    loss = torch.zeros((), dtype=torch.float64, device=device)
    right = torch.zeros((), dtype=torch.int64, device=device)
    for batch, labels in scoring_batches(images, scaling):
        with precision.autocast():
            logits = functional_call(model, dict(state), (batch,))
        loss += cross_entropy(logits.float(), labels, reduction="none").double().sum()
        right += (logits.argmax(1) == labels).sum()
    return Score(float(loss) / len(images), float(right) / len(images))
