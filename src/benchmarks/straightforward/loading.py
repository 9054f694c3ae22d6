"""Loads images through PIL, transforms and a data loader."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from benchmarks.setting import BATCH, CROP_PADDING
from mode_connectivity.data.sets import Images, Scaling


class PilImages(Dataset[tuple[Tensor, int]]):
    """Holds arrays of height x width x 3 bytes; an image becomes a PIL image and is transformed when it is read."""

    def __init__(self, images: Images, transform: Any) -> None:
        self.pixels: NDArray[np.uint8] = images.pixels.cpu().permute(0, 2, 3, 1).contiguous().numpy()
        self.labels = images.labels.tolist()
        self.transform = transform

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, place: int) -> tuple[Tensor, int]:
        return self.transform(Image.fromarray(self.pixels[place])), self.labels[place]


def loader(
    images: Images, scaling: Scaling, workers: int, *, training: bool, batch_size: int = BATCH
) -> DataLoader[tuple[Tensor, int]]:
    """Return a loader of batches; for training shuffled, cropped and flipped, and without a last incomplete batch."""
    drawn = [transforms.RandomCrop(32, padding=CROP_PADDING), transforms.RandomHorizontalFlip()] if training else []
    transform = transforms.Compose([*drawn, transforms.ToTensor(), transforms.Normalize(scaling.mean, scaling.std)])
    return DataLoader(
        PilImages(images, transform),
        batch_size,
        shuffle=training,
        drop_last=training,
        num_workers=workers,
        persistent_workers=workers > 0,
        pin_memory=images.labels.is_cuda,
    )
