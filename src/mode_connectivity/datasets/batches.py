"""Makes batches from uint8 images on the device: draws, crops, mirrors and scales them as tensors."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.nn.functional import pad

from mode_connectivity.datasets.images import Images


@dataclass(frozen=True)
class Scaling:
    """Holds per-channel mean and standard deviation of the training pixels, in units of the full range."""

    mean: tuple[float, ...]
    std: tuple[float, ...]

    @classmethod
    def of(cls, images: Images) -> Self:
        """Return the scaling of `images`, exact for uint8: moments from each channel's histogram, in float64."""
        mean, std = [], []
        levels = torch.arange(256, dtype=torch.float64) / 255
        for channel in range(images.pixels.shape[1]):
            counts = torch.bincount(images.pixels[:, channel].flatten().cpu().long(), minlength=256).double()
            share = counts / counts.sum()
            centre = (share * levels).sum()
            mean.append(float(centre))
            std.append(float((share * (levels - centre) ** 2).sum().sqrt()) or 1.0)
        return cls(tuple(mean), tuple(std))

    def apply(self, pixels: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """Return uint8 (N, 3, H, W) as (pixels / 255 - mean) / std in `dtype`, channels last in memory."""
        width = pixels.shape[3]
        scale = torch.tensor([1 / (255 * s) for s in self.std] * width, dtype=dtype, device=pixels.device)
        shift = [m / s for m, s in zip(self.mean, self.std, strict=True)] * width
        values = pixels.to(dtype, memory_format=torch.channels_last)
        rows = values.permute(0, 2, 3, 1).view(-1, len(scale))  # a pixel row at once is faster than three channels
        rows.mul_(scale).sub_(torch.tensor(shift, dtype=dtype, device=pixels.device))
        return values


@dataclass(frozen=True)
class Augmentation:
    """Crops at random after zero padding by `crop_padding` pixels, then mirrors left-right with probability 1/2."""

    crop_padding: int = 0
    flip: bool = False

    def apply(self, pixels: Tensor, generator: torch.Generator) -> Tensor:
        """Return the augmented uint8 images, (N, 3, H, W) as before; every image has its own draw."""
        n, _, height, width = pixels.shape
        if self.crop_padding:
            row, column = torch.randint(2 * self.crop_padding + 1, (2, n), generator=generator).to(pixels.device)
            crops = pad(pixels, (self.crop_padding,) * 4).unfold(2, height, 1).unfold(3, width, 1)  # a view of them all
            pixels = crops[torch.arange(n, device=pixels.device), :, row, column]
        if self.flip:
            mirrored = (torch.rand(n, generator=generator) < 0.5).to(pixels.device)
            pixels = torch.where(mirrored[:, None, None, None], pixels.flip(-1), pixels)
        return pixels


@dataclass(frozen=True)
class TrainingBatches:
    """Yields (float images, labels) over one pass of the images, in a new random order each time it is iterated.

    A last incomplete batch is left out, unless it is the only one: batch statistics of a few images are noise.
    """

    images: Images
    batch_size: int
    scaling: Scaling
    augmentation: Augmentation
    order: torch.Generator
    draws: torch.Generator

    def __len__(self) -> int:
        return max(1, len(self.images) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return self.epoch()

    def epoch(self, skip: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield one pass; the first `skip` batches are neither made nor augmented, to take up an interrupted pass."""
        permutation = torch.randperm(len(self.images), generator=self.order).to(self.images.labels.device)
        for index in permutation.split(self.batch_size)[skip : len(self)]:
            batch = self.images.take(index)
            yield self.scaling.apply(self.augmentation.apply(batch.pixels, self.draws)), batch.labels


SCORED_AT_ONCE = {"cpu": 128, "cuda": 1024}


@dataclass(frozen=True)
class ScoringBatches:
    """Yields all images in their own order, not augmented: (images in `dtype`, labels).

    Unless `batch_size` says otherwise, the maps of a batch stay in the cache of a CPU, or fill a GPU.
    """

    images: Images
    scaling: Scaling
    batch_size: int | None = None
    dtype: torch.dtype = torch.float32

    @property
    def _size(self) -> int:
        return self.batch_size or SCORED_AT_ONCE[self.images.pixels.device.type]

    def __len__(self) -> int:
        return -(-len(self.images) // self._size)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        pixels, labels = (each.split(self._size) for each in (self.images.pixels, self.images.labels))
        for some, theirs in zip(pixels, labels, strict=True):
            yield self.scaling.apply(some, self.dtype), theirs
