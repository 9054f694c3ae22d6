"""State dicts as the code of Garipov et al. (2018) writes them: its networks, by names and shapes, at a small width."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

WIDTH = 4
BLOCKS = (2, 2, 3, 3, 3)  # convolutions of each block of VGG16


class VGG(nn.Module):
    """Convolutions under `layer_blocks`, three linear layers under `classifier`."""

    def __init__(self, batch_norm: bool) -> None:
        super().__init__()
        self.layer_blocks = nn.ModuleList()
        channels = 3
        for count in BLOCKS:
            block = nn.ModuleList()
            for _ in range(count):
                block.append(nn.Conv2d(channels, WIDTH, 3, padding=1))
                block.extend([nn.BatchNorm2d(WIDTH)] if batch_norm else [])
                channels = WIDTH
            self.layer_blocks.append(block)
        between = nn.Dropout(), nn.Linear(WIDTH, WIDTH), nn.ReLU()
        self.classifier = nn.Sequential(
            *between, nn.Dropout(), nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 10)
        )


class Block(nn.Module):
    """A residual block whose narrower input goes through a convolution called `side`."""

    def __init__(self, inputs: int, outputs: int, bias: bool, side: str) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, bias=bias)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, bias=bias)
        if inputs != outputs:
            setattr(self, side, nn.Sequential(nn.Conv2d(inputs, outputs, 1, bias=bias)))


class Residual(nn.Module):
    """PreResNet (`downsample`, `bn`, `fc`, no biases) or WideResNet (`shortcut`, `bn1`, `linear`)."""

    def __init__(self, wide: bool) -> None:
        super().__init__()
        side, norm, last = ("shortcut", "bn1", "linear") if wide else ("downsample", "bn", "fc")
        self.conv1 = nn.Conv2d(3, WIDTH, 3, bias=wide)
        for k in (1, 2, 3):
            first = Block(WIDTH * k, WIDTH * (k + 1), wide, side)
            setattr(self, f"layer{k}", nn.Sequential(first, Block(WIDTH * (k + 1), WIDTH * (k + 1), wide, side)))
        setattr(self, norm, nn.BatchNorm2d(4 * WIDTH))
        setattr(self, last, nn.Linear(4 * WIDTH, 10))


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "VGG16": lambda: VGG(batch_norm=False),
    "VGG16BN": lambda: VGG(batch_norm=True),
    "PreResNet": lambda: Residual(wide=False),
    "WideResNet": lambda: Residual(wide=True),
}
IN_A_CURVE = {"classifier.1.": "fc1.", "classifier.4.": "fc2.", "classifier.6.": "fc3."}
IN_A_CURVE |= {"downsample.0.": "downsample.", "shortcut.0.": "shortcut."}


def trained(name: str, seed: int) -> dict[str, Tensor]:
    """The state of a network, every tensor of it unlike every other."""
    torch.manual_seed(seed)
    state = NETWORKS[name]().state_dict()
    return {key: torch.rand_like(value) if value.is_floating_point() else value for key, value in state.items()}


def curve(controls: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """A Bezier curve: every parameter once a control point, in a row; statistics once; layers by its own names."""
    numbers = torch.arange(float(len(controls)))
    written = {f"coeff_layer.{each}": numbers for each in ("binom", "range", "rev_range")}
    for key, tensor in controls[0].items():
        name = key
        for ours, theirs in IN_A_CURVE.items():
            name = name.replace(ours, theirs)
        if key.rpartition(".")[2] in ("weight", "bias"):
            written |= {f"net.{name}_{k}": control[key] for k, control in enumerate(controls)}
        else:
            written[f"net.{name}"] = tensor
    return written
