"""Finds the module that reads a data source.

Each has `read(request)`, which returns the data set and raises DatasetError where it cannot be read, and
`contents(request)`, which returns what changes when the data do: it is what DVC follows.
"""

from importlib import import_module
from typing import Protocol, cast

from mode_connectivity.datasets import Dataset
from mode_connectivity.sources.request import Fingerprint, Request

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
    return cast(Source, import_module(f"mode_connectivity.sources.{MODULES[name]}"))
