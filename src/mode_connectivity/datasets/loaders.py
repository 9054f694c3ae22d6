"""Defines the batches that training and scoring take, and brings those of a stranger's loader to a device."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from mode_connectivity.foundations.devices import sent


class Batches(Protocol):
    """Yields (inputs, labels), anew in each pass: a `DataLoader`, a list of pairs, or our own batches."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]: ...


@dataclass(frozen=True)
class OnDevice:
    """Yields the batches of `batches` on `device`."""

    batches: Batches
    device: torch.device

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for inputs, labels in self.batches:
            yield sent(inputs, self.device), sent(labels, self.device)
