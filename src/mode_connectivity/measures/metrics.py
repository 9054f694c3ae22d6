"""Computes the loss and accuracy of one network on one set of examples, and any metric that has a name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from mode_connectivity.data.sets import Batches, OnDevice, examples
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.measures.point import completed, device_of
from mode_connectivity.models import bare, modes_kept
from mode_connectivity.training.objective import IGNORED, Loss, class_loss, output_of, right_answers

# metric(outputs, targets) -> the mean over a batch, or a tensor of values of which each counts once
Metrics = Mapping[str, Callable[[Any, Any], Any]]
T = TypeVar("T")


@dataclass(frozen=True)
class Score:
    """Holds the mean loss (cross entropy in nats by default), the share of right answers, and means of named metrics.

    They are summed in float64. `accuracy` is None where outputs are not (N, C) with whole-number labels (N,).
    """

    loss: float
    accuracy: float | None
    metrics: Mapping[str, float] = field(default_factory=dict)

    def record(self) -> dict[str, float]:
        """Return loss and accuracy, ready for JSON.

        Raises:
            ValueError: accuracy is not defined.
        """
        return {"loss": self.loss, "accuracy": defined(self.accuracy)}

    @property
    def error(self) -> float | None:
        return None if self.accuracy is None else 1 - self.accuracy


def defined(accuracy: T | None) -> T:
    """Return an accuracy that must be there.

    Raises:
        ValueError: it is None.
    """
    if accuracy is None:
        raise ValueError("accuracy is not defined: outputs (N, C) and whole-number labels (N,) are needed")
    return accuracy


@torch.inference_mode()
def score(
    model: nn.Module,
    state: Mapping[str, Tensor],
    batches: Batches,
    precision: Precision | None = None,
    *,
    loss: Loss | None = None,
    metrics: Metrics | None = None,
) -> Score:
    """Return loss, accuracy and metrics of `state` in eval mode over all of `batches`, on the device of `state`.

    `loss(outputs, targets)` and each of `metrics` return the mean over a batch, which counts as often as the batch has
    examples, or a tensor of values, each of which counts once. The default loss is cross entropy, of which labels -100
    are left out. What `state` lacks is the model's own. The model, its buffers and its modes are left as they were.

    Raises:
        ValueError: there are no batches; outputs and targets that the default loss does not take.
    """
    model, device = bare(model), device_of(state)
    precision = Precision(device=device.type) if precision is None else precision
    whole, tally = completed(model, state), _Tally(loss, metrics or {}, device)
    with modes_kept(model), precision.in_use():
        model.eval()
        for inputs, targets in OnDevice(batches, device):
            with precision.autocast():
                outputs = output_of(model, whole, inputs)
            tally.add(outputs, targets)
    return tally.score()


class _Mean:
    """Sums values and how many they are, in float64 on a device."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self.total = torch.zeros((), dtype=torch.float64, device=device)
        self.count: int | Tensor = 0

    def add(self, value: Any, count: int | Tensor) -> None:
        """Add the mean of `count` examples, or a tensor of values."""
        values = torch.as_tensor(value, device=self._device)
        self.total += values.double().sum() if values.ndim else values.double() * count
        self.count += values.numel() if values.ndim else count

    def value(self) -> float:
        return float(self.total) / int(self.count)


class _Tally:
    """Adds up what is scored over batches."""

    def __init__(self, loss: Loss | None, metrics: Metrics, device: torch.device) -> None:
        self._loss, self._metrics = loss, metrics
        self._mean, self._right = _Mean(device), torch.zeros((), dtype=torch.int64, device=device)
        self._answers: int | Tensor | None = 0  # None from the first batch on that has no right answers
        self._named = {name: _Mean(device) for name in metrics}

    def add(self, outputs: Any, targets: Any) -> None:
        right = right_answers(outputs, targets)
        if self._loss is None:
            self._mean.total += class_loss(outputs, targets, "none").double().sum()
            self._mean.count += (targets != IGNORED).sum()
        else:
            self._mean.add(self._loss(outputs, targets), examples(targets))
        for name, metric in self._metrics.items():
            self._named[name].add(metric(outputs, targets), examples(targets))
        if right is None or self._answers is None:
            self._answers = None
        else:
            self._right += right
            self._answers += (targets != IGNORED).sum()

    def score(self) -> Score:
        if not int(self._mean.count):
            raise ValueError("there are no batches to score")
        accuracy = float(self._right) / int(self._answers) if self._answers is not None else None
        return Score(self._mean.value(), accuracy, {name: mean.value() for name, mean in self._named.items()})
