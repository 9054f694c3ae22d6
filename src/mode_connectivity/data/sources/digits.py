"""Reads scikit-learn's handwritten digits: 1,797 grey images of 8x8 pixels in 17 levels; they ship in its wheel."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits

from mode_connectivity.data.sets.images import Dataset, Images
from mode_connectivity.data.sources.pixels import as_rgb, fingerprint
from mode_connectivity.data.sources.registry import Fingerprint, Request
from mode_connectivity.foundations.randomness import named_generator

FILE = "datasets/data/digits.csv.gz"
TRAIN_SHARE = 0.8


def read(request: Request) -> Dataset:
    """Return 1,438 training and 359 test images, split once and for all, every class in both in equal shares."""
    bunch = load_digits()
    grey = np.round(bunch.images * (255 / 16)).astype(np.uint8)
    pixels = as_rgb(torch.from_numpy(grey)[:, None], request.image_size)
    labels = torch.from_numpy(bunch.target).long()
    # Writers follow one another in the file, so the split is shuffled within each class.
    generator = named_generator(0, "digits split")
    in_train = torch.zeros(len(labels), dtype=torch.bool)
    for label in range(10):
        members = torch.nonzero(labels == label)[:, 0]
        chosen = members[torch.randperm(len(members), generator=generator)[: round(TRAIN_SHARE * len(members))]]
        in_train[chosen] = True
    whole = Images(pixels, labels)
    return Dataset(
        whole.take(torch.nonzero(in_train)[:, 0]),
        whole.take(torch.nonzero(~in_train)[:, 0]),
        tuple(str(name) for name in bunch.target_names),
    )


def contents(_: Request) -> Fingerprint:
    """Return the fingerprint of the file in scikit-learn's package."""
    (package,) = find_spec("sklearn").submodule_search_locations  # type: ignore[union-attr, misc]
    return fingerprint(Path(package), [Path(package) / FILE])
