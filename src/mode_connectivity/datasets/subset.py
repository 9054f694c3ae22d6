"""Draws a part of a data set with equally many images of each class."""

import torch
from torch import Tensor

from mode_connectivity.datasets.images import DatasetError
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
