"""Reads a folder of images, root/{train,test}/<class>/*, of any format and size that Pillow reads."""

import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from tqdm import tqdm

from mode_connectivity.data.sets.images import Dataset, DatasetError, Images
from mode_connectivity.data.sets.subset import balanced_subset
from mode_connectivity.data.sources.pixels import as_eight_bits, fingerprint
from mode_connectivity.data.sources.registry import Fingerprint, Request

SPLITS = ("train", "test")
SUFFIXES = frozenset(Image.registered_extensions())


def read(request: Request) -> Dataset:
    """Return the images of class folders, which sorted by name give the labels; no more than `sizes` are decoded.

    Raises:
        DatasetError: no such folder, an empty class, classes that differ between the splits, or an unreadable image.
    """
    root = _root(request)
    classes = _classes(root / "train")
    if _classes(root / "test") != classes:
        raise DatasetError(f"{root}: train/ and test/ hold different classes")
    splits = []
    for split, size in zip(SPLITS, request.sizes, strict=True):
        files = [sorted(_images(root / split / name)) for name in classes]
        paths = [path for members in files for path in members]
        labels = torch.tensor([label for label, members in enumerate(files) for _ in members])
        kept = balanced_subset(labels, size, request.seed, split)
        bar = tqdm(kept.tolist(), desc=f"decode {split}", unit="image", disable=None)
        pixels = torch.stack([_decode(paths[i], request.image_size) for i in bar])
        splits.append(Images(pixels, labels[kept]))
    train, test = splits
    return Dataset(train, test, tuple(classes))


def contents(request: Request) -> Fingerprint:
    """Return the fingerprint of all files under train/ and test/, also of folders that symbolic links lead to.

    Raises:
        DatasetError: there are none, or something among them is no file that can be read, such as a pipe.
    """
    root = _root(request)
    files = sorted(path for split in SPLITS for path in _below(root / split))
    if not files:
        raise DatasetError(f"{request.key}: {root} holds no files under train/ and test/")
    return fingerprint(root, files)


def _below(folder: Path) -> Iterator[Path]:
    """Yield the files under a folder; a folder that was seen, by way of a link, is not entered again."""
    seen = set()
    for place, folders, files in os.walk(folder, followlinks=True):
        itself = Path(place).stat()
        if (itself.st_dev, itself.st_ino) in seen:
            folders.clear()
            continue
        seen.add((itself.st_dev, itself.st_ino))
        for name in files:
            yield _regular(Path(place) / name)


def _root(request: Request) -> Path:
    if request.root is None:
        raise DatasetError(f"{request.key}: an image folder needs its place")
    return request.root


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
    named = (path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and not path.name.startswith("."))
    return (_regular(path) for path in named)


def _regular(path: Path) -> Path:
    if not path.is_file():
        raise DatasetError(f"{path}: not a file, or a link to nothing; remove it")
    return path


def _decode(path: Path, image_size: int) -> torch.Tensor:
    try:
        with warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning), Image.open(path) as file:
            image = as_eight_bits(ImageOps.exif_transpose(file), file.format)
    except DatasetError as error:
        raise DatasetError(f"{path}: {error}") from error
    except Exception as error:  # Pillow's readers raise many kinds for a file that is not theirs
        reason = " ".join(str(error).replace(str(path), "it").split())[:120]
        raise DatasetError(f"{path}: not a readable image ({reason}); remove or replace it") from error
    if image.size != (image_size, image_size):
        image = image.resize((image_size, image_size), Image.Resampling.BILINEAR)
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)
