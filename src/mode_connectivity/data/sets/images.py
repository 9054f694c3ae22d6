"""Holds images and labels of a data set, and digests their contents."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor


def contents_sha256(tensors: Mapping[str, Tensor]) -> str:
    """Return SHA-256 over the values of all tensors, in the order of their names."""
    content = hashlib.sha256()
    for name in sorted(tensors):
        content.update(tensors[name].numpy().tobytes())
    return content.hexdigest()


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
