"""Makes batches from uint8 images on the device: draws, crops, mirrors and scales them as tensors."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import torch
from torch import Tensor
from torch.nn.functional import pad

from mode_connectivity.data.sets.images import Images
from mode_connectivity.foundations.devices import sent


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
        scale, shift = _pixel_row(self, pixels.shape[3], dtype, pixels.device)
        values = pixels.to(dtype, memory_format=torch.channels_last)
        rows = values.permute(0, 2, 3, 1).view(-1, len(scale))  # a pixel row at once is faster than three channels
        rows.mul_(scale).sub_(shift)
        return values


@lru_cache(maxsize=16)
@torch.inference_mode(False)
def _pixel_row(scaling: Scaling, width: int, dtype: torch.dtype, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return factor and shift of the 3 x `width` values of a row of pixels, made once, as a copy would wait."""
    scale = torch.tensor([1 / (255 * s) for s in scaling.std] * width, dtype=dtype)
    shift = torch.tensor([m / s for m, s in zip(scaling.mean, scaling.std, strict=True)] * width, dtype=dtype)
    return scale.to(device), shift.to(device)


@dataclass(frozen=True)
class Augmentation:
    """Crops at random after zero padding by `crop_padding` pixels, then mirrors left-right with probability 1/2."""

    crop_padding: int = 0
    flip: bool = False

    def apply(self, pixels: Tensor, generator: torch.Generator) -> Tensor:
        """Return the augmented uint8 images, (N, 3, H, W) as before; every image has its own draw."""
        n, _, height, width = pixels.shape
        if self.crop_padding:
            places = torch.randint(2 * self.crop_padding + 1, (2, n), generator=generator)
            row, column = sent(places, pixels.device)
            crops = pad(pixels, (self.crop_padding,) * 4).unfold(2, height, 1).unfold(3, width, 1)  # a view of them all
            pixels = crops[torch.arange(n, device=pixels.device), :, row, column]
        if self.flip:
            mirrored = sent(torch.rand(n, generator=generator) < 0.5, pixels.device)
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
        permutation = sent(torch.randperm(len(self.images), generator=self.order), self.images.labels.device)
        for index in permutation.split(self.batch_size)[skip : len(self)]:
            batch = self.images.take(index)
            yield self.scaling.apply(self.augmentation.apply(batch.pixels, self.draws)), batch.labels


ON_A_CPU = 128  # images whose maps stay in its cache
ON_A_GPU = 4096  # more are no faster
BYTES_A_PIXEL = 1024  # of an image on a GPU: input and output of a layer of 64 channels in fp32, and as much to work in
SHARE = 16  # of a card's memory, so that several processes may share it


def scored_at_once(pixels: Tensor) -> int:
    """Return how many of `pixels` are scored in a batch: on a GPU a power of two that its whole memory decides."""
    if pixels.device.type != "cuda":
        return ON_A_CPU
    memory = torch.cuda.get_device_properties(pixels.device).total_memory
    fitting = memory // SHARE // (BYTES_A_PIXEL * pixels.shape[2] * pixels.shape[3])
    return min(ON_A_GPU, 1 << max(1, fitting).bit_length() - 1)


@dataclass(frozen=True)
class ScoringBatches:
    """Yields all images in their own order, not augmented: (images in `dtype`, labels).

    Unless `batch_size` says otherwise, the maps of a batch stay in the cache of a CPU, or fit a share of a GPU.
    """

    images: Images
    scaling: Scaling
    batch_size: int | None = None
    dtype: torch.dtype = torch.float32

    @property
    def _size(self) -> int:
        return self.batch_size or scored_at_once(self.images.pixels)

    def __len__(self) -> int:
        return -(-len(self.images) // self._size)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        pixels, labels = (each.split(self._size) for each in (self.images.pixels, self.images.labels))
        for some, theirs in zip(pixels, labels, strict=True):
            yield self.scaling.apply(some, self.dtype), theirs
