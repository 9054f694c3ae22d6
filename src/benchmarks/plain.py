"""Curve training as one would write it down first: the yardstick, and no part of the product.

Images pass one by one through PIL in the workers of a DataLoader; every layer holds its own three control weights and
mixes them anew in each forward pass; autograd goes through the mixing; evaluation keeps its graph.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, cross_entropy, linear
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset
from torchvision.transforms import Compose, Normalize, RandomCrop, RandomHorizontalFlip, ToPILImage, ToTensor

from mode_connectivity.datasets import Images, Scaling

MIXED = nn.Conv2d | nn.Linear


class Mixed(nn.Module):
    """A convolution or linear layer on a quadratic Bezier curve whose ends are two equal copies of `layer`."""

    def __init__(self, layer: MIXED) -> None:
        super().__init__()
        self.kind = "linear" if isinstance(layer, nn.Linear) else "conv"
        assert layer.bias is not None
        for k in range(3):
            trained = k == 1
            self.register_parameter(f"weight_{k}", nn.Parameter(layer.weight.detach().clone(), trained))
            self.register_parameter(f"bias_{k}", nn.Parameter(layer.bias.detach().clone(), trained))
        self.t = 0.5

    def forward(self, images: Tensor) -> Tensor:
        shares = ((1 - self.t) ** 2, 2 * self.t * (1 - self.t), self.t**2)
        weight = sum(share * self.get_parameter(f"weight_{k}") for k, share in enumerate(shares))
        bias = sum(share * self.get_parameter(f"bias_{k}") for k, share in enumerate(shares))
        assert isinstance(weight, Tensor)
        assert isinstance(bias, Tensor)
        return linear(images, weight, bias) if self.kind == "linear" else conv2d(images, weight, bias, padding=1)


def on_curve(model: nn.Module) -> nn.Module:
    """`model` with every convolution and linear layer mixed, in place."""
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, MIXED):
                setattr(module, name, Mixed(child))
    return model


class OneByOne(TorchDataset[tuple[Tensor, int]]):
    def __init__(self, images: Images, scaling: Scaling, augmented: bool) -> None:
        self.pixels, self.labels = images.pixels, images.labels
        moves = [RandomCrop(32, padding=4), RandomHorizontalFlip()] if augmented else []
        self.transform = Compose([ToPILImage(), *moves, ToTensor(), Normalize(scaling.mean, scaling.std)])

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.transform(self.pixels[index]), int(self.labels[index])


def loader(images: Images, scaling: Scaling, workers: int, *, augmented: bool) -> DataLoader[tuple[Tensor, int]]:
    data = OneByOne(images, scaling, augmented)
    return DataLoader(data, 128, shuffle=augmented, num_workers=workers, persistent_workers=workers > 0)


def train_pass(
    curve: nn.Module, optimizer: torch.optim.Optimizer, batches: DataLoader[tuple[Tensor, int]], draws: torch.Generator
) -> None:
    """One pass of curve training."""
    curve.train()
    for images, labels in batches:
        t = float(torch.rand((), generator=draws))
        for module in curve.modules():
            if isinstance(module, Mixed):
                module.t = t
        optimizer.zero_grad()
        loss = cross_entropy(curve(images), labels)
        loss.backward()
        optimizer.step()
        loss.item()


def score_pass(curve: nn.Module, batches: DataLoader[tuple[Tensor, int]]) -> float:
    """Mean loss of a point, with the graph that nobody needs."""
    curve.eval()
    return sum(cross_entropy(curve(images), labels).item() for images, labels in batches)
