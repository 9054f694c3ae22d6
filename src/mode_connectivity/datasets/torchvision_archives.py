"""CIFAR-10, CIFAR-100 and Fashion-MNIST by torchvision: checksums verified each time, downloaded only when absent."""

from pathlib import Path

import numpy as np
import torch
from torchvision.datasets import CIFAR10, CIFAR100, FashionMNIST

from mode_connectivity.datasets.images import Dataset, DatasetError, Images
from mode_connectivity.datasets.resize import as_rgb

ARCHIVES = {"cifar10": CIFAR10, "cifar100": CIFAR100, "fashion_mnist": FashionMNIST}


def torchvision_archive(name: str, root: Path, image_size: int) -> Dataset:
    """The official splits of the archive under `root`.

    Raises:
        DatasetError: absent, and the download failed.
    """
    splits = []
    for train in (True, False):
        try:
            archive = ARCHIVES[name](root, train=train, download=True)
        except (OSError, RuntimeError) as error:
            reason = str(error).splitlines()[0]
            raise DatasetError(
                f"dataset.source: {name} is not under {root} and the download failed ({reason}); "
                f"put torchvision's archive there, or use dataset.source=image_folder"
            ) from error
        pixels = torch.as_tensor(np.asarray(archive.data))
        pixels = pixels[:, None] if pixels.ndim == 3 else pixels.permute(0, 3, 1, 2)
        splits.append(Images(as_rgb(pixels, image_size), torch.as_tensor(archive.targets).long()))
    train_images, test_images = splits
    return Dataset(train_images, test_images, tuple(archive.classes))
