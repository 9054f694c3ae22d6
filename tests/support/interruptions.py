"""A keeper in memory that interrupts a training, and the training taken up until it is done."""

from collections.abc import Callable
from typing import TypeVar

import torch

from mode_connectivity.training import Snapshot

Result = TypeVar("Result")


class Interrupted(Exception):
    pass


class Memory:
    """Keeps a copy of the state after every so many steps, and interrupts the training after some of them."""

    def __init__(self, stops: set[int], every: int = 1) -> None:
        self.stops, self.every = set(stops), every
        self.steps = self._kept_at = 0
        self.kept: Snapshot | None = None

    def restore(self) -> Snapshot | None:
        self.steps = self._kept_at
        return self.kept

    def due(self) -> bool:
        self.steps += 1
        if self.steps in self.stops and self.steps % self.every:  # killed, with no time to keep anything
            self.stops.discard(self.steps)
            raise Interrupted
        return self.steps % self.every == 0

    def keep(self, snapshot: Snapshot) -> None:
        self.kept = Snapshot({name: tensor.clone() for name, tensor in snapshot.tensors.items()}, snapshot.position)
        self._kept_at = self.steps
        if self.steps in self.stops:
            self.stops.discard(self.steps)
            raise Interrupted


def until_done(training: Callable[[], Result]) -> Result:
    """The result of the training, begun again after every interruption."""
    while True:
        try:
            return training()
        except Interrupted:
            torch.rand(3)  # whatever another process would have done to torch's own generator
