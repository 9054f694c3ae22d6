"""Defines a data set: uint8 images and integer labels, a train and a test split."""

from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor


class DatasetError(ValueError):
    """Reports a data set that cannot be read or does not hold what was asked of it."""


@dataclass(frozen=True)
class Images:
    """Holds `pixels` uint8 (N, 3, H, W) and `labels` int64 (N,)."""

    pixels: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device | str) -> Self:
        return type(self)(self.pixels.to(device), self.labels.to(device))

    def take(self, index: Tensor) -> Self:
        return type(self)(self.pixels[index], self.labels[index])


@dataclass(frozen=True)
class Dataset:
    train: Images
    test: Images
    classes: tuple[str, ...]

    def to(self, device: torch.device | str) -> Self:
        return type(self)(self.train.to(device), self.test.to(device), self.classes)

    def tensors(self) -> dict[str, Tensor]:
        return {
            f"{split}_{part}": getattr(getattr(self, split), part)
            for split in ("train", "test")
            for part in ("pixels", "labels")
        }

    @classmethod
    def from_tensors(cls, tensors: dict[str, Tensor], metadata: dict[str, Any]) -> Self:
        """Return the data set that `tensors` and `classes` hold.

        Raises:
            DatasetError: pixels or labels of another shape or type, or labels without a class.
        """
        classes = tuple(metadata["classes"])
        splits = [Images(tensors[f"{split}_pixels"], tensors[f"{split}_labels"]) for split in ("train", "test")]
        for images in splits:
            pixels, labels = images.pixels, images.labels
            if pixels.dtype != torch.uint8 or pixels.ndim != 4 or pixels.shape[1] != 3:
                raise DatasetError(f"pixels are {pixels.dtype} {tuple(pixels.shape)}, not uint8 (N, 3, H, W)")
            if labels.dtype != torch.int64 or labels.shape != pixels.shape[:1]:
                raise DatasetError(f"labels are {labels.dtype} {tuple(labels.shape)}, not int64 ({len(pixels)},)")
            if len(labels) and not 0 <= int(labels.min()) <= int(labels.max()) < len(classes):
                raise DatasetError(f"labels run outside the {len(classes)} classes")
        train, test = splits
        return cls(train, test, classes)
