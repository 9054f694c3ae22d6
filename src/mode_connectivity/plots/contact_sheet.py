"""Draws what a network saw: some images of every class."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from mode_connectivity.plots.style import new_figure

PER_CLASS = 10
CLASSES = 10  # rows of the sheet
CELL = 0.75  # inches of an image's width
LETTER = 0.1  # inches of a letter in a class name, with room to spare
GAP = 2  # pixels between images


def contact_sheet(pixels: Tensor, labels: Tensor, classes: Sequence[str]) -> Figure:
    """Draw the first ten images of each of the first ten classes, a class a row, its name beside it.

    `pixels` uint8 (N, 3, H, W), `labels` int64 (N,).
    """
    names = classes[:CLASSES]
    height, width = pixels.shape[-2:]
    sheet = np.full((len(names) * (height + GAP), PER_CLASS * (width + GAP), 3), 255, dtype=np.uint8)
    for row in range(len(names)):
        members = pixels[labels == row][:PER_CLASS].permute(0, 2, 3, 1).cpu().numpy()
        for column, image in enumerate(members):
            top, left = row * (height + GAP), column * (width + GAP)
            sheet[top : top + height, left : left + width] = image
    named = LETTER * max(len(name) for name in names)
    figure = new_figure(named + CELL * PER_CLASS, 0.3 + CELL * len(names) * height / width)
    axes = figure.add_subplot()
    axes.imshow(sheet, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([row * (height + GAP) + height / 2 for row in range(len(names))], names)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure
