"""Trains and scores a network on a curve in the straightforward way."""

import random
from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader

from benchmarks.straightforward.mixing import CurveNet

WEIGHT_DECAY = 5e-4
Loader = DataLoader[tuple[Tensor, int]]


class Training:
    """Trains the bend by SGD with momentum, a random t for each batch, and the decay of the point in the loss."""

    def __init__(self, net: CurveNet, loader: Loader, device: torch.device) -> None:
        self.net, self.loader, self.device = net.to(device), loader, device
        trained = [parameter for parameter in net.parameters() if parameter.requires_grad]
        self.optimizer = torch.optim.SGD(trained, lr=1e-4, momentum=0.9)
        self.batches = self._endless()

    def run(self, steps: int) -> None:
        """Train for `steps` steps; batches that the loader's workers prepared before the call count in its favour."""
        self.net.train()
        for _ in range(steps):
            images, labels = next(self.batches)
            logits = self.net(images.to(self.device), random.random())
            labels = labels.to(self.device)
            loss = cross_entropy(logits, labels) + 0.5 * WEIGHT_DECAY * self.net.squared_norm()
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            loss.item()
            (logits.argmax(1) == labels).sum().item()

    def _endless(self) -> Iterator[tuple[Tensor, Tensor]]:
        while True:
            yield from self.loader


def score(net: CurveNet, t: float, loader: Loader, device: torch.device) -> tuple[float, float]:
    """Return mean loss and accuracy at t, in evaluation mode, with autograd left on."""
    net.eval()
    loss, right, seen = 0.0, 0, 0
    for images, labels in loader:
        logits = net(images.to(device), t)
        labels = labels.to(device)
        loss += cross_entropy(logits, labels).item() * len(labels)
        right += int((logits.argmax(1) == labels).sum().item())
        seen += len(labels)
    return loss / seen, right / seen
