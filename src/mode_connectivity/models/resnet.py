"""Defines ResNet-18 for small images (He et al. 2016, section 4.2): 3x3 stem without pooling, 4 stages of 2 blocks."""

from torch import Tensor, nn

CHANNELS = (64, 128, 256, 512)
BLOCKS_PER_STAGE = 2


class BasicBlock(nn.Module):
    """Computes relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x)), with a 1x1 shortcut where the shape changes."""

    def __init__(self, channels: int, units: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, units, kernel_size=3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(units)
        self.conv2 = nn.Conv2d(units, units, kernel_size=3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(units)
        self.relu = nn.ReLU()
        self.shortcut = nn.Sequential()
        if stride != 1 or channels != units:
            self.shortcut.append(nn.Conv2d(channels, units, kernel_size=1, stride=stride, bias=False))
            self.shortcut.append(nn.BatchNorm2d(units))

    def forward(self, images: Tensor) -> Tensor:
        hidden = self.relu(self.bn1(self.conv1(images)))
        out: Tensor = self.relu(self.bn2(self.conv2(hidden)) + self.shortcut(images))
        return out


class ResNet(nn.Module):
    """Runs a stem, `layer1` to `layer4` and a linear layer on the global average.

    Input (N, 3, H, W), output logits (N, num_classes).
    """

    def __init__(self, units: tuple[int, ...], num_classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, units[0], kernel_size=3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(units[0])
        self.relu = nn.ReLU()
        channels = units[0]
        stages = []
        for stage, width in enumerate(units):
            blocks = []
            for block in range(BLOCKS_PER_STAGE):
                blocks.append(BasicBlock(channels, width, stride=2 if stage > 0 and block == 0 else 1))
                channels = width
            stages.append(nn.Sequential(*blocks))
        self.layer1, self.layer2, self.layer3, self.layer4 = stages
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        features = self.relu(self.bn1(self.conv1(images)))
        features = self.layer4(self.layer3(self.layer2(self.layer1(features))))
        logits: Tensor = self.fc(self.pool(features).flatten(1))
        return logits


def resnet18(
    *, num_classes: int, width: float = 1.0, batch_norm: bool = True, dropout: float = 0.0, image_size: int = 32
) -> ResNet:
    """Return ResNet-18, every hidden width multiplied by `width` (at least one unit each), He-initialised (fan-out).

    It always normalises and averages over any `image_size`, so those two are accepted for the sake of one signature
    and have no effect.

    Raises:
        ValueError: dropout, of which it has none.
    """
    if dropout:
        raise ValueError("model.dropout: resnet18 has none; set it to 0")
    network = ResNet(tuple(max(1, round(full_width * width)) for full_width in CHANNELS), num_classes)
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return network
