"""Reduces a data set to a balanced subset, dims it, and adds noise to its pixels."""

import torch
from torch import Tensor

from mode_connectivity.data.sets.images import DatasetError
from mode_connectivity.foundations.randomness import named_generator


def balanced_subset(labels: Tensor, size: int | None, seed: int, split: str) -> Tensor:
    """Return sorted indices of `size` images, the same number of every class, without replacement; None keeps all.

    Where `size` is not a multiple of the number of classes, the first classes get one more. A larger subset of
    the same seed contains every smaller one.

    Raises:
        DatasetError: there are more classes than images, or a class has too few of them.
    """
    if size is None:
        return torch.arange(len(labels))
    classes, counts = labels.unique(return_counts=True)
    if size < len(classes):
        raise DatasetError(f"dataset.{split}_size: {size} is fewer than the {len(classes)} classes")
    share, rest = divmod(size, len(classes))
    generator = named_generator(seed, f"subset {split}")
    chosen = []
    for place, (label, count) in enumerate(zip(classes.tolist(), counts.tolist(), strict=True)):
        wanted = share + (place < rest)
        if wanted > count:
            raise DatasetError(
                f"dataset.{split}_size: {size} asks for {wanted} images of class {label}, it has {count}"
            )
        members = torch.nonzero(labels == label)[:, 0]
        chosen.append(members[torch.randperm(count, generator=generator)[:wanted]])
    return torch.cat(chosen).sort().values


def add_noise(pixels: Tensor, sigma: float, seed: int, split: str) -> Tensor:
    """Return a new uint8 tensor with Gaussian noise added and clipped to the range; `pixels` uint8 (N, 3, H, W).

    The standard deviation is `sigma` in units of the full range; all three channels share one channel's noise. It is
    drawn once per image: the noise is data, not augmentation.
    """
    if sigma == 0:
        return pixels
    generator = named_generator(seed, f"noise {split}")
    noisy = []
    for part in pixels.split(4096):
        noise = torch.randn((len(part), 1, *part.shape[2:]), generator=generator)
        noisy.append((part + 255 * sigma * noise).round().clamp(0, 255).to(torch.uint8))
    return torch.cat(noisy)


def dim(pixels: Tensor, factor: float) -> Tensor:
    """Return a new uint8 tensor of `factor` times the values, rounded; `factor` in [0, 1]."""
    return torch.cat([(part * factor).round().to(torch.uint8) for part in pixels.split(4096)])
