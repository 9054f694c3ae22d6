"""The data set of a study: read, reduced, made noisy, and stored as uint8 tensors."""

import hashlib

from mode_connectivity import checkpoints, layout
from mode_connectivity.datasets.digits import digits
from mode_connectivity.datasets.image_folder import image_folder
from mode_connectivity.datasets.images import Dataset, Images
from mode_connectivity.datasets.noise import add_noise
from mode_connectivity.datasets.subset import balanced_subset
from mode_connectivity.params import Params
from mode_connectivity.params.sections import Dataset as DatasetParams
from mode_connectivity.stages.running import flat, resolved, run
from mode_connectivity.tracking import Record


def main(params: Params) -> None:
    asked = params.dataset
    dataset = _read(asked)
    splits = {}
    for split, size in (("train", asked.train_size), ("test", asked.test_size)):
        images: Images = getattr(dataset, split)
        if asked.source != "image_folder":  # which decodes no more than the subset
            images = images.take(balanced_subset(images.labels, size, asked.seed, split))
        splits[split] = Images(add_noise(images.pixels, asked.noise, asked.seed, split), images.labels)
    dataset = Dataset(**splits, classes=dataset.classes)
    tensors = dataset.tensors()
    content = hashlib.sha256()
    for name in sorted(tensors):
        content.update(tensors[name].numpy().tobytes())
    metadata = {
        "classes": dataset.classes,
        "params": asked.model_dump(exclude={"root"}),
        "sha256": content.hexdigest(),
    }
    checkpoints.save(layout.DATASET, tensors, metadata)


def _read(asked: DatasetParams) -> Dataset:
    match asked.source:
        case "digits":
            return digits(asked.image_size)
        case "image_folder":
            sizes = (asked.train_size, asked.test_size)
            return image_folder(resolved(asked.root or ""), asked.image_size, sizes, asked.seed)
        case archive:
            from mode_connectivity.datasets.torchvision_archives import torchvision_archive

            return torchvision_archive(archive, resolved(asked.root or layout.DOWNLOADS), asked.image_size)


def record(params: Params) -> Record:
    tensors, metadata = checkpoints.load(layout.DATASET)
    dataset = Dataset.from_tensors(tensors, metadata)
    return Record(
        stage="dataset",
        item={},
        params=flat({"dataset": params.dataset.model_dump()}) | {"sha256": metadata["sha256"]},
        metrics={
            "train_images": len(dataset.train),
            "test_images": len(dataset.test),
            "classes": len(dataset.classes),
        },
    )


if __name__ == "__main__":
    run(main, record)
