"""Reads the data set of a study, reduces it, adds noise, and stores it as uint8 tensors."""

from mode_connectivity.data.sets.images import Dataset, Images, contents_sha256
from mode_connectivity.data.sets.subset import add_noise, balanced_subset
from mode_connectivity.data.sources.registry import source
from mode_connectivity.foundations import checkpoints, layout
from mode_connectivity.params import Params
from mode_connectivity.studies.shared.sources import base_request
from mode_connectivity.tracking.record import Record, flat


def main(params: Params) -> None:
    section = params.dataset
    dataset = source(section.source).read(base_request(params))
    splits = {}
    for split, size in (("train", section.train_size), ("test", section.test_size)):
        images: Images = getattr(dataset, split)
        if section.source != "image_folder":  # image_folder has read no more than the subset
            images = images.take(balanced_subset(images.labels, size, section.seed, split))
        splits[split] = Images(add_noise(images.pixels, section.noise, section.seed, split), images.labels)
    dataset = Dataset(**splits, classes=dataset.classes)
    tensors = dataset.tensors()
    metadata = {
        "classes": dataset.classes,
        "params": section.model_dump(exclude={"root"}),
        "sha256": contents_sha256(tensors),
    }
    checkpoints.save(layout.DATASET, tensors, metadata, exact=True)


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
