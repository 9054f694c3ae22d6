"""Reading a data source by its name in params."""

import hashlib
from collections.abc import Mapping, Sequence

from torch import Tensor

from mode_connectivity import layout
from mode_connectivity.datasets.digits import digits
from mode_connectivity.datasets.image_folder import image_folder
from mode_connectivity.datasets.images import Dataset
from mode_connectivity.datasets.shapes import shapes
from mode_connectivity.stages.running import resolved


def read(
    source: str, root: str | None, image_size: int, sizes: Sequence[int | None] = (None, None), seed: int = 0
) -> Dataset:
    """The whole data set; of an image folder no more than `sizes` images of each split, balanced and drawn by `seed`.

    Raises:
        DatasetError: it cannot be read.
    """
    match source:
        case "digits":
            return digits(image_size)
        case "shapes":
            return shapes(image_size)
        case "image_folder":
            return image_folder(resolved(root or ""), image_size, sizes, seed)
        case archive:
            from mode_connectivity.datasets.torchvision_archives import torchvision_archive

            return torchvision_archive(archive, resolved(root or layout.DOWNLOADS), image_size)


def contents_sha256(tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 over the values of all tensors, in the order of their names."""
    content = hashlib.sha256()
    for name in sorted(tensors):
        content.update(tensors[name].numpy().tobytes())
    return content.hexdigest()
