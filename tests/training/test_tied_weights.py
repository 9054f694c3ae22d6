"""Tensors that a network holds under two names are trained as one."""

from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from mode_connectivity.foundations import checkpoints
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.training import Recipe, train_endpoint
from support.small_networks import state_of, stripe_batches


class TiedNet(nn.Module):
    """Two layers with one weight and biases of their own, and a normalisation that is used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Linear(192, 6)
        self.a, self.b, self.head = nn.Linear(6, 6), nn.Linear(6, 6), nn.Linear(6, 4)
        self.b.weight = self.a.weight
        self.norm = self.again = nn.BatchNorm1d(6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.norm(self.enter(x.flatten(1))).relu()
        return self.head(self.again(self.b(self.a(x).relu())))  # type: ignore[no-any-return]


def test_an_endpoint_of_a_tied_network_is_that_of_plain_training_and_is_stored(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = TiedNet()
    start = state_of(model)
    recipe = Recipe(epochs=2, batch_size=16, learning_rate=0.05, momentum=0.9)
    found, _ = train_endpoint(model, start, stripe_batches(), recipe, Precision())
    model.load_state_dict(start)
    optimiser = torch.optim.SGD(model.train().parameters(), lr=0.05, momentum=0.9)
    batches = stripe_batches()
    for _ in range(2):
        for images, labels in batches:
            optimiser.zero_grad()
            cross_entropy(model(images), labels).backward()
            optimiser.step()
    assert list(found) == list(model.state_dict())
    for name, tensor in model.state_dict().items():
        assert torch.allclose(found[name], tensor, atol=1e-5), name
    assert torch.equal(found["a.weight"], found["b.weight"])
    assert torch.equal(found["norm.running_mean"], found["again.running_mean"])
    checkpoints.save(tmp_path / "endpoint.safetensors", found, {})
    stored, _ = checkpoints.load(tmp_path / "endpoint.safetensors")
    assert all(torch.equal(stored[name], tensor) for name, tensor in found.items())
