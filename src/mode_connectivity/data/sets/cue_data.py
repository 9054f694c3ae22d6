"""Makes all image sets of a mechanisms study from one data set, one cue and one seed."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import torch
from torch import Tensor

from mode_connectivity.data.sets.cues import BoxCue, Cue, DominoesCue
from mode_connectivity.data.sets.images import Dataset, Images
from mode_connectivity.data.sets.probe_sets import probe_sets, share_of_each_class
from mode_connectivity.foundations.randomness import named_generator, named_seed


@dataclass(frozen=True)
class CueData:
    """Holds `base` without cues, `second` for above it if the cue is dominoes (None: the box), and draws from `seed`.

    The training split falls, class by class, into a share `held_out`, which no pretraining sees and from which clean
    samples for fine-tuning can be drawn, and the pretraining images, of which a share `proportion` carries the cue.
    """

    base: Dataset
    second: Dataset | None
    proportion: float
    held_out: float
    seed: int

    def for_network(self, seed: int) -> Self:
        """Return the same images with draws of their own for the networks of `seed`: all draws but `base` itself."""
        return replace(self, seed=named_seed(self.seed, f"network {seed}"))

    @property
    def classes(self) -> tuple[str, ...]:
        return self.base.classes

    def cue(self, split: str) -> Cue:
        """Return the cue on the images of "train" or "test"."""
        if self.second is None:
            return BoxCue(len(self.classes))
        return DominoesCue(getattr(self.second, split), self.seed, split)

    @cached_property
    def carries_cue(self) -> Tensor:
        """Return which pretraining images carry the cue, bool."""
        generator = named_generator(self.seed, "cue carriers")
        return share_of_each_class(self._pretraining.labels, self.proportion, generator)

    @cached_property
    def training(self) -> Images:
        """Return what a cue-trained network sees: the pretraining images, the share `proportion` with the cue."""
        sets = self.train_sets
        pixels = torch.where(self.carries_cue[:, None, None, None], sets["cue"].pixels, sets["no_cue"].pixels)
        return Images(pixels, sets["cue"].labels)

    @cached_property
    def clean(self) -> Images:
        """Return the held-out training images without a cue: clean samples that no pretraining saw."""
        held_out = self.base.train.take(torch.nonzero(self._held_out)[:, 0])
        return Images(self.cue("train").absent(held_out.pixels), held_out.labels)

    @cached_property
    def train_sets(self) -> dict[str, Images]:
        """Return the four probe sets of the pretraining images; `no_cue` is what a clean network is trained on."""
        return probe_sets(self._pretraining, self.cue("train"), len(self.classes), self.seed, "train")

    @cached_property
    def test_sets(self) -> dict[str, Images]:
        """Return the four probe sets of the test images."""
        return probe_sets(self.base.test, self.cue("test"), len(self.classes), self.seed, "test")

    @cached_property
    def _held_out(self) -> Tensor:
        return share_of_each_class(self.base.train.labels, self.held_out, named_generator(self.seed, "held out"))

    @cached_property
    def _pretraining(self) -> Images:
        return self.base.train.take(torch.nonzero(~self._held_out)[:, 0])

    def to(self, device: torch.device | str) -> Self:
        second = self.second.to(device) if self.second else None
        return type(self)(self.base.to(device), second, self.proportion, self.held_out, self.seed)

    def tensors(self) -> dict[str, Tensor]:
        above = {f"second_{name}": tensor for name, tensor in self.second.tensors().items()} if self.second else {}
        return self.base.tensors() | above

    def draws(self) -> dict[str, Any]:
        """Return what `tensors` lacks to make the sets again: class names, shares and the seed."""
        second = {"second_classes": self.second.classes} if self.second else {}
        shares = {"proportion": self.proportion, "held_out": self.held_out, "seed": self.seed}
        return {"classes": self.classes, **second, **shares}

    @classmethod
    def from_tensors(cls, tensors: dict[str, Tensor], draws: dict[str, Any]) -> Self:
        above = {name.removeprefix("second_"): t for name, t in tensors.items() if name.startswith("second_")}
        second = Dataset.from_tensors(above, {"classes": draws["second_classes"]}) if above else None
        base = Dataset.from_tensors(tensors, draws)
        return cls(base, second, draws["proportion"], draws["held_out"], draws["seed"])
