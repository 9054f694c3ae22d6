"""A folder of images, root/{train,test}/<class>/*, of any format and size that Pillow reads."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from tqdm import tqdm

from mode_connectivity.datasets.images import Dataset, DatasetError, Images
from mode_connectivity.datasets.subset import balanced_subset

SPLITS = ("train", "test")
SUFFIXES = frozenset(Image.registered_extensions())


def image_folder(root: Path, image_size: int, sizes: Sequence[int | None] = (None, None), seed: int = 0) -> Dataset:
    """Class folders sorted by name give the labels; only the images of the asked-for subset are decoded.

    Raises:
        DatasetError: no such folder, an empty class, classes that differ between the splits, or an unreadable image.
    """
    classes = _classes(root / "train")
    if _classes(root / "test") != classes:
        raise DatasetError(f"{root}: train/ and test/ hold different classes")
    splits = []
    for split, size in zip(SPLITS, sizes, strict=True):
        files = [sorted(_images(root / split / name)) for name in classes]
        paths = [path for members in files for path in members]
        labels = torch.tensor([label for label, members in enumerate(files) for _ in members])
        kept = balanced_subset(labels, size, seed, split)
        bar = tqdm(kept.tolist(), desc=f"decode {split}", unit="image", disable=None)
        pixels = torch.stack([_decode(paths[i], image_size) for i in bar])
        splits.append(Images(pixels, labels[kept]))
    train, test = splits
    return Dataset(train, test, tuple(classes))


def _classes(folder: Path) -> list[str]:
    if not folder.is_dir():
        raise DatasetError(f"{folder}: no such folder; image_folder reads root/{{train,test}}/<class>/*")
    classes = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not classes:
        raise DatasetError(f"{folder}: no class folders in it")
    for name in classes:
        if not any(_images(folder / name)):
            raise DatasetError(f"{folder / name}: no images in it")
    return classes


def _images(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and not path.name.startswith("."))


def _decode(path: Path, image_size: int) -> torch.Tensor:
    try:
        with Image.open(path) as file:
            image = ImageOps.exif_transpose(file).convert("RGB")
    except (OSError, UnidentifiedImageError, ValueError) as error:
        raise DatasetError(f"{path}: not a readable image; remove or replace it") from error
    if image.size != (image_size, image_size):
        image = image.resize((image_size, image_size), Image.Resampling.BILINEAR)
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)
