"""Trains two networks with a loop of one's own, swaps units of one, and measures the paths: a minute on a CPU."""

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from mode_connectivity import Bezier, Linear, Symmetry, animate, barrier, fit, layer_distances, sweep


def data() -> DataLoader:
    """Return 512 points of two interleaved rings in ten dimensions."""
    draws = torch.Generator().manual_seed(0)
    labels = torch.arange(512) % 2
    points = torch.randn(512, 10, generator=draws)
    points = points / points.norm(dim=1, keepdim=True) * (1 + labels[:, None]) + 0.1 * points
    return DataLoader(TensorDataset(points, labels), batch_size=64, shuffle=True, generator=draws)


def trained(seed: int, loader: DataLoader) -> nn.Module:
    """Return a network after thirty epochs of Adam."""
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2))
    adam = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(30):
        for points, labels in loader:
            adam.zero_grad()
            nn.functional.cross_entropy(model(points), labels).backward()
            adam.step()
    return model


loader = data()
model, other = trained(0, loader), trained(1, loader)

# From here on: the fifteen lines.
start, end = ({k: v.detach().clone() for k, v in net.state_dict().items()} for net in (model, other))
symmetry = Symmetry.derive(model, next(iter(loader))[0])
swapped = symmetry.apply(start, symmetry.swap("2", [(0, 1), (2, 3), (4, 5), (6, 7)]))
ts = np.linspace(0, 1, 21)
for name, far in {"four_pairs_swapped": swapped, "another_seed": end}.items():
    curve = fit(model, Bezier.between(start, far), loader, epochs=30, learning_rate=0.05)
    line_loss, curve_loss = (sweep(model, p, ts, {"train": loader})["train"].loss for p in (Linear(start, far), curve))
    print(f"{name}: barrier of the line {barrier(ts, line_loss):.4f} nats, of the curve {barrier(ts, curve_loss):.4f}")
    distances = layer_distances(curve, np.linspace(0, 1, 61))
    animate(distances, f"{name}.gif", swapped="2" if far is swapped else None)
