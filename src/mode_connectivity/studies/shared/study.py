"""Defines what the stages of a study share: the device, the data on it, the network, and where a result comes from."""

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn

from mode_connectivity.data.sets import Augmentation, Dataset, Images, Scaling, TrainingBatches
from mode_connectivity.foundations import checkpoints, layout
from mode_connectivity.foundations.devices import pin
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.project import project_root
from mode_connectivity.foundations.randomness import named_generator, named_seed
from mode_connectivity.foundations.reading import Values, read_json, values_of
from mode_connectivity.models import build, laid_out, memory_format, trained_parameters
from mode_connectivity.models.checked import check
from mode_connectivity.params import Compute, Model, Params
from mode_connectivity.training.keeping import kept, training_key
from mode_connectivity.training.states import States

AXES = {"curve": {"replicates"}, "cue_endpoint": {"seeds"}}  # lists of further results, on which no result depends


@dataclass(frozen=True)
class Study:
    """Holds the params of a run with everything that they, and the data set on disk, determine."""

    params: Params
    device: torch.device
    dataset: Dataset
    data_sha256: str
    scaling: Scaling
    precision: Precision
    imports: dict[str, Any]
    network_section: ClassVar[str] = "model"
    files: ClassVar[tuple[Path, ...]] = (layout.DATASET, layout.IMPORTS)

    @classmethod
    def open(cls, params: Params) -> Self:
        """Return the study of `params`, with threads and algorithms pinned and the data on the device.

        Raises:
            CheckpointError: the data set is missing or damaged.
            ValueError: a GPU was asked for and there is none.
        """
        imports = read_json(layout.IMPORTS)
        device, precision = pinned(params.compute, imports)
        tensors, metadata = checkpoints.load(layout.DATASET)
        with values_of(layout.DATASET):
            dataset = Dataset.from_tensors(tensors, metadata)
        return cls(
            params, device, dataset.to(device), metadata["sha256"], Scaling.of(dataset.train), precision, imports
        )

    @property
    def network(self) -> Model:
        """Return the params section of the network."""
        section: Model = getattr(self.params, self.network_section)
        return section

    def model(self, seed: int = 0, role: str = "endpoint") -> nn.Module:
        """Return the network of the study as (`seed`, `role`) initialises it."""
        section = self.network
        with torch.random.fork_rng(devices=[]):
            # Not torch.manual_seed, which reaches the generators of devices too, from which dropout is drawn.
            torch.default_generator.manual_seed(named_seed(seed, f"{role} initialisation"))
            network = build(
                section.name,
                num_classes=len(self.dataset.classes),
                width=section.width,
                batch_norm=section.batch_norm,
                dropout=section.dropout,
                image_size=self.params.dataset.image_size,
            )
        return network.to(self.device)

    def moving(self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return of a state what training moves, in its order; all else follows the straight line on a path."""
        names = trained_parameters(self.model())
        return {name: tensor for name, tensor in state.items() if name in names}

    def check_network(self) -> None:
        """Run the network on two images, as it is scored and as it is trained; errors as `models.checked.check`."""
        model = self.model()
        images = laid_out(self.scaling.apply(self.dataset.train.pixels[:2]), memory_format(model))
        check(model, images, len(self.dataset.classes), f"{self.network_section}.name: {self.network.name}")

    def batches(self, batch_size: int, seed: int, purpose: str) -> TrainingBatches:
        """Return augmented training batches whose draws are named after the purpose, never after the variant."""
        return TrainingBatches(
            self.dataset.train,
            batch_size,
            self.scaling,
            Augmentation(**self.params.augmentation.model_dump()),
            order=named_generator(seed, f"{purpose} order"),
            draws=named_generator(seed, f"{purpose} augmentation"),
        )

    def load(self, path: Path) -> dict[str, Tensor]:
        """Return a checkpoint's tensors on the device, checked against the network.

        Raises:
            CheckpointError: missing, damaged, or of another network.
        """
        state, _ = checkpoints.load(path)
        return self.fitting(state, path)

    def fitting(self, state: dict[str, Tensor], path: Path) -> dict[str, Tensor]:
        """Return `state`, read from `path`, on the device; errors as `load`."""
        _fits(self.model(), state, path)
        return {name: tensor.to(self.device) for name, tensor in state.items()}

    def keeping(
        self, training: str, provenance: Mapping[str, Any], inputs: Sequence[Path] = ()
    ) -> AbstractContextManager[States]:
        """Keep the state of a training that is made from the data and the files `inputs`; see `training.keeping`."""
        key = training_key(training, provenance, [*self.files, *inputs], self.device)
        return kept(States(project_root() / layout.state(training, key), key, training))

    def provenance(self, *names: str, made_from: Sequence[Path] = (), **item: str | int) -> dict[str, Any]:
        """Return where a result comes from: params, data, and its place in the study.

        The params are its own and those of the checkpoints it was made from. Params on which it does not depend stay
        out, or its bytes would change with them.
        """
        own = self.params.model_dump(mode="json", include={*names, "compute", self.network_section}, exclude=AXES)
        own["compute"]["device"] = self.device.type
        inherited: dict[str, Any] = {}
        for path in made_from:
            with values_of(path):
                inherited |= checkpoints.metadata(path)["params"]
        brought = {"model_sha256": self.imports["model"]} if self.imports["model"] else {}
        return {"params": inherited | own, "data_sha256": self.data_sha256, **brought, **item}

    def sample(self, count: int, images: Images | None = None) -> Images:
        """Return `count` of `images` (None: the training images), drawn at random, in their own order.

        They are drawn, as the data set's own order is by class in part. Of two lists of the same length the same
        places are drawn.
        """
        images = self.dataset.train if images is None else images
        order = torch.randperm(len(images), generator=named_generator(0, "training sample"))
        return images.take(order[:count].sort().values.to(self.device))


def pinned(compute: Compute, imports: Values) -> tuple[torch.device, Precision]:
    """Return the device and the precision of a study, with threads and algorithms pinned.

    `auto` is the device that stage `source` found, so that no result hangs on where a later stage happens to run.

    Raises:
        ValueError: a GPU is wanted and there is none, or the device has no such precision.
    """
    kind = imports["device"] if compute.device == "auto" else compute.device
    if kind not in ("cpu", "cuda"):
        raise ValueError(f"{imports.file}: its device is {kind!r}, neither cpu nor cuda; delete it and run again")
    if kind == "cuda" and not torch.cuda.is_available():
        asked = "cuda was asked for" if compute.device == "cuda" else f"auto was cuda in {layout.IMPORTS}"
        raise ValueError(f"compute.device: {asked} and there is none here; use cpu, or run stage source again")
    if compute.precision == "tf32" and kind == "cpu":
        raise ValueError("compute.precision: tf32 needs a GPU; on a CPU use fp32 or bf16")
    # Graphs give the same bits, so they are no part of the params.
    graphs = os.environ.get("MODE_CONNECTIVITY_GRAPHS") == "1"
    device, precision = pin(kind, compute.threads), Precision(compute.precision, kind, graphs)
    if kind == "cuda":
        precision.pin()
    return device, precision


def _kind(tensor: Tensor) -> tuple[torch.Size, torch.dtype]:
    return tensor.shape, tensor.dtype


def _fits(model: nn.Module, state: dict[str, Tensor], path: Path) -> None:
    wanted = model.state_dict()
    for name in [*wanted, *state]:
        if name not in wanted or name not in state or _kind(wanted[name]) != _kind(state[name]):
            raise checkpoints.CheckpointError(f"{path}: does not fit model.*, first at {name}; run `dvc repro` again")
