"""Computes the loss and accuracy of one network on one set of images."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from mode_connectivity.datasets import Batches, OnDevice
from mode_connectivity.foundations.precision import Precision


@dataclass(frozen=True)
class Score:
    """Holds mean cross entropy in nats and share of right answers; summed in float64."""

    loss: float
    accuracy: float

    @property
    def error(self) -> float:
        return 1 - self.accuracy


@torch.inference_mode()
def score(model: nn.Module, state: Mapping[str, Tensor], batches: Batches, precision: Precision) -> Score:
    """Return loss and accuracy of `state` in eval mode over all of `batches`, on the device of `state`.

    Raises:
        ValueError: there are no batches.
    """
    model.eval()
    device = next(iter(state.values())).device
    count = 0
    loss = torch.zeros((), dtype=torch.float64, device=device)
    right = torch.zeros((), dtype=torch.int64, device=device)
    with precision.in_use():
        for batch, labels in OnDevice(batches, device):
            with precision.autocast():
                logits = functional_call(model, dict(state), (batch,))
            loss += cross_entropy(logits.float(), labels, reduction="none").double().sum()
            right += (logits.argmax(1) == labels).sum()
            count += len(labels)
    if count == 0:
        raise ValueError("there are no batches to score")
    return Score(float(loss) / count, float(right) / count)
