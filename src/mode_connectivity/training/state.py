"""Stores the state of a training, from which another process resumes it to the same bits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import torch
from torch import Generator, Tensor

from mode_connectivity.training.momentum import Momentum
from mode_connectivity.training.progress import Epoch, Progress


@dataclass(frozen=True)
class Snapshot:
    """Holds `tensors` and `position`, JSON values that say where in the training they stand."""

    tensors: dict[str, Tensor]
    position: dict[str, Any]


class Keeper(Protocol):
    """Keeps snapshots; what is kept may still be used by the training, so `keep` must copy or write it."""

    def restore(self) -> Snapshot | None:
        """Return the newest snapshot of this training, if there is one."""

    def due(self) -> bool:
        """Return whether a snapshot should be kept after the step just done."""

    def keep(self, snapshot: Snapshot) -> None:
        """Keep the snapshot; may raise to end the training there."""


class Passes(Protocol):
    """Yields batches in passes that can be taken up in their middle; `order` is drawn from once, first in each pass."""

    @property
    def order(self) -> Generator: ...

    @property
    def draws(self) -> Generator: ...

    def __len__(self) -> int: ...

    def epoch(self, skip: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield one pass without its first `skip` batches."""


@dataclass(frozen=True)
class Resumable:
    """Resumes an interrupted training: where its state is kept, and what it changes beside leaves and velocities.

    `generators` are those of the training beside the ones of `batches` and torch's global one, which dropout uses;
    `carried` are tensors that its steps change in place, such as running statistics; `lists` grow with its epochs.
    """

    keeper: Keeper
    batches: Passes
    generators: Mapping[str, Generator] = field(default_factory=dict)
    carried: Mapping[str, Tensor] = field(default_factory=dict)
    lists: Mapping[str, list[float]] = field(default_factory=dict)

    def restored(self, descent: Momentum) -> Progress:
        """Bring everything in place to where the newest snapshot stands; to the start where there is none."""
        snapshot = self.keeper.restore()
        if snapshot is None:
            return Progress()
        tensors, leaves = snapshot.tensors, descent.leaves
        for name, tensor in self._changed(leaves).items():
            tensor.detach().copy_(tensors[name])
        for place, stride in snapshot.position["strides"].items():
            kept, device = tensors[f"velocity.{place}"], leaves[int(place)].device
            # A velocity is laid out as the gradient was that made it, and bits can depend on the layout.
            velocity = torch.empty_strided(kept.shape, stride, dtype=kept.dtype, device=device)
            descent.velocities[int(place)] = velocity.copy_(kept)
        for name, values in self.lists.items():
            values[:] = snapshot.position["lists"][name]
        for name, generator in self._generators(leaves).items():
            generator.set_state(tensors[f"generator.{name}"])
        counts = {name: snapshot.position[name] for name in ("epoch", "step", "seen", "rate")}
        history = [Epoch(**epoch) for epoch in snapshot.position["history"]]
        device = leaves[0].device
        losses, right = (
            list(tensors[name].to(device).unbind()) if name in tensors else [] for name in ("losses", "right")
        )
        return Progress(**counts, losses=losses, right=right, history=history)

    def rest_of_epoch(self, progress: Progress) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield the epoch's batches from the step at which `progress` stands; what orders them is remembered."""
        progress.order = self.batches.order.get_state()
        return self.batches.epoch(skip=progress.step)

    def keep(self, descent: Momentum, progress: Progress) -> None:
        leaves = descent.leaves
        velocities = {str(place): v for place, v in enumerate(descent.velocities) if v is not None}
        tensors = self._changed(leaves) | {f"velocity.{place}": v for place, v in velocities.items()}
        tensors |= {f"generator.{name}": each.get_state() for name, each in self._generators(leaves).items()}
        if progress.order is not None:
            tensors["generator.order"] = progress.order  # as it was when it drew the order of this epoch
        if progress.losses:
            tensors |= {"losses": torch.stack(progress.losses), "right": torch.stack(progress.right)}
        position = {name: getattr(progress, name) for name in ("epoch", "step", "seen", "rate")}
        position["history"] = [asdict(epoch) for epoch in progress.history]
        position["lists"] = {name: list(values) for name, values in self.lists.items()}
        position["strides"] = {place: list(velocity.stride()) for place, velocity in velocities.items()}
        self.keeper.keep(Snapshot(tensors, position))

    def _changed(self, leaves: Sequence[Tensor]) -> dict[str, Tensor]:
        own = {f"leaf.{place}": leaf for place, leaf in enumerate(leaves)}
        return own | {f"carried.{name}": tensor for name, tensor in self.carried.items()}

    def _generators(self, leaves: Sequence[Tensor]) -> dict[str, Generator]:
        device = leaves[0].device
        ours = {"order": self.batches.order, "augmentation": self.batches.draws, "global": torch.default_generator}
        if device.type == "cuda":
            ours["device"] = torch.cuda.default_generators[device.index]
        return ours | dict(self.generators)
