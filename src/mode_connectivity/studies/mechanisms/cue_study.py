"""Defines what the stages of the mechanisms study share: a study whose data carry cues."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, Self

from mode_connectivity.data.sets import Augmentation, CueData, Dataset, Images, Scaling, TrainingBatches
from mode_connectivity.foundations import checkpoints, layout
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.foundations.reading import read_json, values_of
from mode_connectivity.params import Params
from mode_connectivity.studies.shared.study import Study, pinned

TrainedOn = Literal["cue", "clean"]


@dataclass(frozen=True)
class CueStudy(Study):
    """Holds a study whose data carry `cues`.

    Its `dataset` holds the cue-trained network's training images and the test images without a cue, and its scaling,
    that of those training images, is the same for every network and set.
    """

    cues: CueData
    network_section: ClassVar[str] = "cue_model"
    files: ClassVar[tuple[Path, ...]] = (layout.CUES, layout.CUE_SOURCE)

    @classmethod
    def of_network(cls, params: Params, seed: int) -> Self:
        """Return the study of `params` with the cues drawn for the networks of `seed`; the rest as `Study.open`."""
        imports = read_json(layout.CUE_SOURCE)
        device, precision = pinned(params.compute, imports)
        tensors, metadata = checkpoints.load(layout.CUES)
        with values_of(layout.CUES):
            cues = CueData.from_tensors(tensors, metadata["draws"]).for_network(seed).to(device)
        dataset = Dataset(cues.training, cues.test_sets["no_cue"], cues.classes)
        return cls(params, device, dataset, metadata["sha256"], Scaling.of(dataset.train), precision, imports, cues)

    def training_images(self, kind: TrainedOn) -> Images:
        """Return the training images of the cue-trained network, or of its clean twin: the same, all without a cue."""
        return self.cues.training if kind == "cue" else self.cues.train_sets["no_cue"]

    def batches_of(self, images: Images, batch_size: int, seed: int, purpose: str) -> TrainingBatches:
        """Return batches of `images`, not augmented; `seed` and `purpose` alone decide their order."""
        return TrainingBatches(
            images,
            batch_size,
            self.scaling,
            Augmentation(),
            order=named_generator(seed, f"{purpose} order"),
            draws=named_generator(seed, f"{purpose} augmentation"),
        )
