"""Reads CIFAR-10, CIFAR-100 and Fashion-MNIST by torchvision: checksums verified each time, downloaded when absent."""

from importlib.metadata import version

import numpy as np
import torch
from torchvision.datasets import CIFAR10, CIFAR100, FashionMNIST

from mode_connectivity.data.sets.images import Dataset, DatasetError, Images
from mode_connectivity.data.sources.pixels import as_rgb
from mode_connectivity.data.sources.registry import Fingerprint, Request
from mode_connectivity.foundations.project import project_root

DOWNLOADS = "data/raw"  # below the repository
ARCHIVES = {"cifar10": CIFAR10, "cifar100": CIFAR100, "fashion_mnist": FashionMNIST}


def read(request: Request) -> Dataset:
    """Return the official splits of the archive that `request.source` names.

    Raises:
        DatasetError: absent, and the download failed.
    """
    name, root = request.source, request.root or project_root() / DOWNLOADS
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
        splits.append(Images(as_rgb(pixels, request.image_size), torch.as_tensor(archive.targets).long()))
    train_images, test_images = splits
    return Dataset(train_images, test_images, tuple(archive.classes))


def contents(_: Request) -> Fingerprint:
    """Return torchvision's version: it verifies the checksums of its archives each time they are read."""
    return {"torchvision": version("torchvision")}
