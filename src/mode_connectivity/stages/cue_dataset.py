"""Makes the data of the mechanisms study: the base data made hard, the cues, and a contact sheet of every set."""

from typing import Any

from mode_connectivity.data.sets import CueData, Dataset, DatasetError, Images
from mode_connectivity.data.sets.images import contents_sha256
from mode_connectivity.data.sets.subset import add_noise, dim
from mode_connectivity.data.sources.registry import source
from mode_connectivity.foundations import checkpoints, layout
from mode_connectivity.foundations.atomic import whole_folder
from mode_connectivity.foundations.reading import values_of
from mode_connectivity.params import Params
from mode_connectivity.plots.contact_sheet import contact_sheet
from mode_connectivity.plots.style import save_figure
from mode_connectivity.studies.shared.sources import second_request
from mode_connectivity.tracking.record import Record, files_in, flat


def main(params: Params) -> None:
    section = params.cue
    tensors, base = checkpoints.load(layout.DATASET)
    with values_of(layout.DATASET):
        easy = Dataset.from_tensors(tensors, base)
    hard = Dataset(_hard(params, easy.train, "train"), _hard(params, easy.test, "test"), easy.classes)
    cues = CueData(hard, _second(params, hard), section.proportion, section.held_out, params.dataset.seed)
    sheets = {"training": cues.training, **cues.test_sets}  # made first: misfits must fail before any write
    tensors = cues.tensors()
    own = section.model_dump(mode="json", exclude={"second_root"})
    metadata = {"draws": cues.draws(), "params": {**base["params"], "cue": own}, "sha256": contents_sha256(tensors)}
    with whole_folder(layout.CONTACT_SHEETS) as folder:
        for name, images in sheets.items():
            save_figure(contact_sheet(images.pixels, images.labels, cues.classes), folder / f"{name}.png")
    checkpoints.save(layout.CUES, tensors, metadata, exact=True)  # cues are drawn again from these shares


def _hard(params: Params, images: Images, split: str) -> Images:
    pixels = dim(images.pixels, params.cue.brightness)
    return Images(add_noise(pixels, params.cue.noise, params.dataset.seed, f"cue {split}"), images.labels)


def _second(params: Params, base: Dataset) -> Dataset | None:
    """Return the upper images of dominoes, as large as the lower ones; None for another kind of cue.

    Raises:
        DatasetError: it cannot be read, or has fewer classes.
    """
    section = params.cue
    if section.kind == "box":
        return None
    try:
        second = source(section.second).read(second_request(params))
    except DatasetError as error:
        raise DatasetError(f"cue.second: {error}") from error
    if len(second.classes) < len(base.classes):
        raise DatasetError(f"cue.second: {section.second} has {len(second.classes)} classes for {len(base.classes)}")
    return second


def record(params: Params) -> Record:
    tensors, metadata = checkpoints.load(layout.CUES)
    cues = CueData.from_tensors(tensors, metadata["draws"])
    counts: dict[str, Any] = {
        "pretraining_images": len(cues.training),
        "with_cue": int(cues.carries_cue.sum()),
        "held_out_images": len(cues.clean),
        "test_images": len(cues.base.test),
    }
    return Record(
        stage="cue_dataset",
        item={},
        params=flat({"cue": params.cue.model_dump()}) | {"sha256": metadata["sha256"]},
        metrics=counts,
        files=files_in(layout.CONTACT_SHEETS),
    )
