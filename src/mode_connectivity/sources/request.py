"""Defines the request for images that a data source answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

Fingerprint = dict[str, int | str]


@dataclass(frozen=True)
class Request:
    """Names a source, the folder `root` where its files lie (None: its default), and the side of its images in pixels.

    `sizes` are the images wanted of train and test, balanced and drawn by `seed`: a source may return all it has, or
    decode no more than these. `key` is the param that messages name.
    """

    source: str
    root: Path | None
    image_size: int
    sizes: Sequence[int | None] = (None, None)
    seed: int = 0
    key: str = "dataset.root"
