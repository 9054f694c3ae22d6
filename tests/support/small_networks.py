"""Small networks and data on which identities are tested."""

import torch
from torch import Tensor, nn
from torch.nn.functional import max_pool2d, relu

from mode_connectivity.data.sets import Augmentation, Images, Scaling, TrainingBatches
from mode_connectivity.foundations.randomness import named_generator


def small_net(seed: int = 0, batch_norm: bool = False) -> nn.Sequential:
    """Two convolutions and two linear layers for 3x8x8 images and four classes."""
    torch.manual_seed(seed)
    norm = [nn.BatchNorm2d(6)] if batch_norm else []
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1),
        *norm,
        nn.ReLU(),
        nn.Conv2d(6, 5, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(5 * 16, 7),
        nn.ReLU(),
        nn.Linear(7, 4),
    )


class LeNet(nn.Module):
    """Flattens by `view`, which contiguous maps alone allow."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2, self.fc = nn.Conv2d(3, 6, 5), nn.Conv2d(6, 16, 5), nn.Linear(16 * 5 * 5, 4)

    def forward(self, images: Tensor) -> Tensor:
        maps = max_pool2d(relu(self.conv2(max_pool2d(relu(self.conv1(images)), 2))), 2)
        logits: Tensor = self.fc(maps.view(-1, 16 * 5 * 5))
        return logits


def state_of(model: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}


def stripes(count: int = 96, seed: int = 0) -> Images:
    """Noise with a bright quarter that tells the class: learnt in a few epochs."""
    generator = named_generator(seed, "stripes")
    pixels = torch.randint(100, (count, 3, 8, 8), dtype=torch.uint8, generator=generator)
    labels = torch.arange(count) % 4
    for k, label in enumerate(labels.tolist()):
        pixels[k, :, :, 2 * label : 2 * label + 2] += 120
    return Images(pixels, labels)


def stripe_batches(seed: int = 0, batch_size: int = 16) -> TrainingBatches:
    images = stripes()
    order, draws = named_generator(seed, "order"), named_generator(seed, "augmentation")
    return TrainingBatches(images, batch_size, Scaling.of(images), Augmentation(crop_padding=1), order, draws)


def planted_cue(count: int, seed: int, cue: str) -> Images:
    """Noise with a faint bright quarter that tells the class, and one bright pixel in the top row.

    `cue` says whose pixel shines: that of the image's own class ("own"), of the next class ("other"), or none ("none").
    """
    generator = named_generator(seed, "planted cue")
    pixels = torch.randint(200, (count, 3, 8, 8), dtype=torch.uint8, generator=generator)
    labels = torch.arange(count) % 4
    for k, label in enumerate(labels.tolist()):
        pixels[k, :, 2:, 2 * label : 2 * label + 2] += 30
        pixels[k, :, 0] = 0
        if cue != "none":
            pixels[k, :, 0, 2 * ((label + (cue == "other")) % 4)] = 255
    return Images(pixels, labels)


def joined(first: Images, second: Images) -> Images:
    return Images(torch.cat([first.pixels, second.pixels]), torch.cat([first.labels, second.labels]))


def plain_batches(images: Images, batch_size: int, scaling: Scaling, seed: int, purpose: str) -> TrainingBatches:
    order, draws = named_generator(seed, f"{purpose} order"), named_generator(seed, f"{purpose} augmentation")
    return TrainingBatches(images, batch_size, scaling, Augmentation(), order, draws)
