"""Names the data sources, and what is asked of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from mode_connectivity.data.sets import Dataset

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


MODULES = {
    "digits": "digits",
    "shapes": "shapes",
    "image_folder": "image_folder",
    "cifar10": "torchvision_archives",
    "cifar100": "torchvision_archives",
    "fashion_mnist": "torchvision_archives",
}


class Source(Protocol):
    def read(self, request: Request) -> Dataset: ...
    def contents(self, request: Request) -> Fingerprint: ...


def source(name: str) -> Source:
    """Return the module of the source called `name`, imported only now: scikit-learn and torchvision take a second."""
    return cast(Source, import_module(f"mode_connectivity.data.sources.{MODULES[name]}"))
