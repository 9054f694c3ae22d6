"""Defines what a cue is: how an image looks without it, and with the cue of any class."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from mode_connectivity.datasets.box_cue import add_box_cue
from mode_connectivity.datasets.dominoes import partners, stack
from mode_connectivity.datasets.images import Images
from mode_connectivity.foundations.randomness import named_generator


class Cue(Protocol):
    """Adds a cue to the images of one split. Both methods return new uint8 tensors of one shape (N, 3, H', W')."""

    def absent(self, pixels: Tensor) -> Tensor:
        """Return the images without a cue."""

    def present(self, pixels: Tensor, cue_labels: Tensor) -> Tensor:
        """Return the images, each with the cue of its `cue_labels` entry, int64 (N,); same arguments, same images."""


@dataclass(frozen=True)
class BoxCue:
    """Paints a box whose place, and from the eleventh class on whose hue, is the class (see `add_box_cue`)."""

    num_classes: int

    def absent(self, pixels: Tensor) -> Tensor:
        return pixels.clone()

    def present(self, pixels: Tensor, cue_labels: Tensor) -> Tensor:
        return add_box_cue(pixels, cue_labels, self.num_classes)


@dataclass(frozen=True)
class DominoesCue:
    """Puts an image of the class from `second`, of the same split and size, above; black where there is no cue.

    Which one is drawn from (`seed`, `split`) for a given list of cue labels: in the sets "cue" and "rand. image", whose
    lists are the same, the same images stand above.
    """

    second: Images
    seed: int
    split: str

    def absent(self, pixels: Tensor) -> Tensor:
        return stack(None, pixels)

    def present(self, pixels: Tensor, cue_labels: Tensor) -> Tensor:
        chosen = partners(cue_labels, self.second, named_generator(self.seed, f"dominoes {self.split}"))
        return stack(self.second.pixels[chosen], pixels)
