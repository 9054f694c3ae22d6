"""Paints the box cue: a small light box whose place, and for many classes whose hue, names a class."""

from colorsys import hsv_to_rgb

import torch
from torch import Tensor

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
