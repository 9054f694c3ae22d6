"""Defines VGG-13 with strides for pooling and one linear layer on the global average (Lubana et al. 2023)."""

from torch import Tensor, nn

# Width and stride of its ten convolutions.
CONVOLUTIONS = (
    (64, 1),
    (64, 2),
    (128, 1),
    (128, 2),
    (256, 1),
    (256, 2),
    (512, 1),
    (512, 2),
    (512, 1),
    (512, 1),
)
MODULES = 3  # convolution, normalisation, activation


class StridedVGG(nn.Module):
    """Runs `features`, ten times convolution, batch norm, ReLU, and `classifier`, linear on the mean over positions.

    Input (N, 3, H, W) of any size, output logits (N, num_classes).
    """

    def __init__(self, units: tuple[int, ...], num_classes: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for width, (_, stride) in zip(units, CONVOLUTIONS, strict=True):
            layers.append(nn.Conv2d(channels, width, kernel_size=3, stride=stride, padding=1, bias=False))
            layers.append(nn.BatchNorm2d(width))
            layers.append(nn.ReLU())
            channels = width
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(channels, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.pool(self.features(images)).flatten(1))
        return logits


def vgg13_strided(
    *, num_classes: int, width: float = 1.0, batch_norm: bool = True, dropout: float = 0.0, image_size: int = 32
) -> StridedVGG:
    """Return the network, every hidden width multiplied by `width` (at least one unit each), He-initialised (fan-out).

    It always normalises and averages over any `image_size`, so those two are accepted for the sake of one signature
    and have no effect.

    Raises:
        ValueError: dropout, of which it has none.
    """
    if dropout:
        raise ValueError("model.dropout: vgg13_strided has none; set it to 0")
    network = StridedVGG(tuple(max(1, round(units * width)) for units, _ in CONVOLUTIONS), num_classes)
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return network


def strided_layer(convolution: int) -> str:
    """Return the name of a convolution by its place, 0 to 9."""
    return f"features.{MODULES * convolution}"
