"""Defines VGG for 32x32 images as in Garipov et al. (2018), with batch norm between convolution and ReLU."""

from torch import Tensor, nn

# Convolutions per block and their widths (Simonyan & Zisserman 2015, table 1, columns B, D and E).
BLOCKS: dict[str, tuple[int, ...]] = {"vgg13": (2, 2, 2, 2, 2), "vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
CHANNELS = (64, 128, 256, 512, 512)
HIDDEN = 512


class VGG(nn.Module):
    """Runs `features`, conv (BN) ReLU units in five max-pooled blocks, and `classifier`, three linear layers.

    Images of any size of at least 32x32 pixels are accepted as long as it is the size the network was built for:
    the first linear layer sees channels x positions. Input (N, 3, H, W), output logits (N, num_classes).
    """

    def __init__(self, features: nn.Sequential, classifier: nn.Sequential) -> None:
        super().__init__()
        self.features = features
        self.classifier = classifier

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.features(images).flatten(1))
        return logits


def vgg(
    depth: str,
    *,
    num_classes: int,
    width: float = 1.0,
    batch_norm: bool = False,
    dropout: float = 0.0,
    image_size: int = 32,
) -> VGG:
    """Return a VGG whose every hidden width is multiplied by `width` (at least one unit each).

    He initialisation (He et al. 2015, eq. 10, fan-out) for convolutions, so that the plain network trains
    without normalisation; `dropout` is the probability before each hidden linear layer.
    """
    layers: list[nn.Module] = []
    channels = 3
    for convolutions, full_width in zip(BLOCKS[depth], CHANNELS, strict=True):
        units = max(1, round(full_width * width))
        for _ in range(convolutions):
            layers.append(nn.Conv2d(channels, units, kernel_size=3, padding=1))
            if batch_norm:
                layers.append(nn.BatchNorm2d(units))
            layers.append(nn.ReLU())
            channels = units
        layers.append(nn.MaxPool2d(2))
    hidden = max(1, round(HIDDEN * width))
    positions = (image_size // 2 ** len(CHANNELS)) ** 2
    classifier = nn.Sequential(
        nn.Dropout(dropout),
        nn.Linear(channels * positions, hidden),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(hidden, hidden),
        nn.ReLU(),
        nn.Linear(hidden, num_classes),
    )
    network = VGG(nn.Sequential(*layers), classifier)
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            convolution = isinstance(module, nn.Conv2d)
            nn.init.kaiming_normal_(module.weight, mode="fan_out" if convolution else "fan_in", nonlinearity="relu")
            nn.init.zeros_(module.bias)  # type: ignore[arg-type]
    return network


def vgg_layer(depth: str, batch_norm: bool, block: int, convolution: int) -> str:
    """Return the name of a convolution by block and place in it, e.g. (2, 1) in VGG16 without BN -> "features.12"."""
    per_convolution = 3 if batch_norm else 2
    before = sum(BLOCKS[depth][:block])
    return f"features.{(before + convolution) * per_convolution + block}"
