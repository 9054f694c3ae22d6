"""Derivation and matching give the same in every process, whatever order Python gives its sets of names."""

import os
import subprocess
import sys

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from mode_connectivity.symmetry import Symmetry, match_weights


class Padded(nn.Module):
    """A residual block whose shortcut halves the image and pads the channels with zeros (option A)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride=outputs // inputs, padding=1, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)])
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.pad = outputs - inputs

    def forward(self, x: Tensor) -> Tensor:
        hidden: Tensor = self.norms[1](self.second(F.relu(self.norms[0](self.first(x)))))
        if self.pad:
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.pad // 2, self.pad // 2))
        return F.relu(hidden + x)


class Towers(nn.Module):
    """Four chains side by side, the outputs of which are joined."""

    def __init__(self) -> None:
        super().__init__()
        chain = (nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU())
        self.towers = nn.ModuleList(nn.Sequential(*map(_again, chain)) for _ in range(4))
        self.head = nn.Linear(32, 3)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(torch.cat([tower(x) for tower in self.towers], 1))
        return logits


def _again(module: nn.Module) -> nn.Module:
    return nn.Linear(module.in_features, module.out_features) if isinstance(module, nn.Linear) else nn.ReLU()


def residual() -> nn.Module:
    blocks = [(8, 8), (8, 16), (16, 16), (16, 32), (32, 32)]
    stem = [nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU()]
    end = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10)]
    return nn.Sequential(*stem, *(Padded(*block) for block in blocks), *end)


def show() -> None:
    """Print all that was derived and found."""
    torch.manual_seed(0)
    for build, inputs in ((residual, torch.rand(2, 3, 16, 16)), (Towers, torch.rand(2, 6))):
        model, other = build(), build()
        symmetry = Symmetry.derive(model, inputs)
        found = match_weights(symmetry, model.state_dict(), other.state_dict())
        print(build.__name__, symmetry.groups, symmetry.layers, symmetry.sites)
        print({group: perm.tolist() for group, perm in found.items()})


def test_three_hash_seeds_give_one_result() -> None:
    paths = os.pathsep.join(path for path in sys.path if path)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", "from test_hash_seeds import show; show()"],
            env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": paths},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in (1, 2, 3)
    ]
    shown = [process.communicate()[0] for process in running]
    assert all(process.returncode == 0 for process in running)
    assert "Towers" in shown[0]
    assert shown[0] == shown[1] == shown[2]
