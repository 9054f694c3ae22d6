"""Adds cues to images: boxes whose place and hue tell the class, and dominoes."""

from colorsys import hsv_to_rgb
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from mode_connectivity.data.sets.images import DatasetError, Images
from mode_connectivity.foundations.randomness import named_generator

PLACES = 10  # nine of a grid, and one between its upper left and its centre, or none
HUES = 10
SIDE = 3  # pixels of an image of 32 x 32
GREEN = 1 / 3
BOXED_SIZE = 32


def add_box_cue(images: Tensor, cue_labels: Tensor, num_classes: int = 10) -> Tensor:
    """Paint the box of `cue_labels` into the images (Lubana et al. 2023, section 4).

    uint8 (N, 3, H, W) and int64 (N,) -> a new uint8 tensor; every other pixel stays as it is. The state of the box is a
    function of the cue label c alone:

    - Place c mod 10: 0, 1, 2 are the upper left, centre and right, 3, 4, 5 the middle ones, 6, 7, 8 the lower ones,
      flush with the edges. Of place 9 there is no box up to ten classes, so that for class 9 the image with the cue is
      the image without it; with more classes it lies a quarter of the image above and to the left of the centre.
    - Colour: hue 1/3 + (c div 10)/10, saturation 1/2, value 1. Up to ten classes it is always light green,
      (0.5, 1, 0.5).
    - Side: 3 pixels at 32x32, in larger images as large a share of the shorter side, rounded.

    Raises:
        ValueError: shapes or types that do not fit, a cue label outside 0 ... num_classes - 1, or more classes than the
            box has states (100).
    """
    _check(images, cue_labels, num_classes)
    height, width = images.shape[-2:]
    side = max(SIDE, round(SIDE * min(height, width) / BOXED_SIZE))
    boxed = images.clone()
    for label in cue_labels.unique().tolist():
        if label == PLACES - 1 and num_classes <= PLACES:
            continue
        top, left = _corner(label % PLACES, height, width, side)
        colour = torch.tensor(_colour(label), dtype=torch.uint8, device=images.device)
        chosen = torch.nonzero(cue_labels == label)[:, 0].to(images.device)
        box = colour[:, None, None].expand(3, side, side)
        rows, columns = slice(top, top + side), slice(left, left + side)
        boxed[chosen, :, rows, columns] = box
    return boxed


def _check(images: Tensor, cue_labels: Tensor, num_classes: int) -> None:
    if images.dtype != torch.uint8 or images.ndim != 4 or images.shape[1] != 3:
        raise ValueError(f"a box cue needs uint8 images (N, 3, H, W), got {images.dtype} {tuple(images.shape)}")
    if cue_labels.shape != images.shape[:1]:
        raise ValueError(f"a box cue needs a label an image, got {tuple(cue_labels.shape)} for {len(images)} images")
    if not 1 <= num_classes <= PLACES * HUES:
        raise ValueError(f"a box cue tells up to {PLACES * HUES} classes apart, got {num_classes}")
    if len(cue_labels) and not 0 <= int(cue_labels.min()) <= int(cue_labels.max()) < num_classes:
        raise ValueError(f"cue labels must lie in 0 ... {num_classes - 1}")


def _corner(place: int, height: int, width: int, side: int) -> tuple[int, int]:
    """Return the upper left pixel of the box, (row, column)."""
    down, right = (height - side) // 2, (width - side) // 2
    if place == PLACES - 1:
        return down - height // 4, right - width // 4
    row, column = divmod(place, 3)
    return (0, down, height - side)[row], (0, right, width - side)[column]


def _colour(label: int) -> list[int]:
    return [round(255 * value) for value in hsv_to_rgb(GREEN + label // PLACES / HUES, 0.5, 1.0)]


def stack(upper: Tensor | None, lower: Tensor) -> Tensor:
    """Return (N, 3, 2H, W): `upper` above `lower`, uint8 (N, 3, H, W) each; black above where `upper` is None."""
    return torch.cat([torch.zeros_like(lower) if upper is None else upper, lower], dim=2)


def partners(cue_labels: Tensor, second: Images, generator: torch.Generator) -> Tensor:
    """Return for each cue label the index of an image of `second` of that class, int64 (N,).

    Classes correspond by their index. The images of a class are dealt in random order, and none a second time before
    all of its class were dealt.

    Raises:
        DatasetError: `second` has no image of a class that is asked for.
    """
    chosen = torch.empty_like(cue_labels)
    for label in cue_labels.unique().tolist():
        members = torch.nonzero(second.labels == label)[:, 0]
        if not len(members):
            raise DatasetError(f"cue.second: the second source has no images of class {label}")
        wanted = torch.nonzero(cue_labels == label)[:, 0]
        rounds = -(-len(wanted) // len(members))
        order = torch.cat([torch.randperm(len(members), generator=generator) for _ in range(rounds)])
        chosen[wanted] = members[order[: len(wanted)].to(members.device)]
    return chosen


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
