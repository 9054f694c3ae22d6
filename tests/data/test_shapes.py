"""Shapes are told apart by their class alone, lie wholly in their image and repeat."""

import torch

from mode_connectivity.data.sets import Dataset
from mode_connectivity.data.sources.registry import Request
from mode_connectivity.data.sources.shapes import PER_CLASS, SHAPES, read


def shapes(size: int) -> Dataset:
    return read(Request("shapes", None, size))


def test_shapes_are_balanced_and_repeat() -> None:
    data, again = shapes(32), shapes(32)
    assert torch.bincount(data.train.labels).tolist() == [PER_CLASS["train"]] * 10
    assert torch.bincount(data.test.labels).tolist() == [PER_CLASS["test"]] * 10
    assert data.train.pixels.shape[1:] == (3, 32, 32)
    assert data.train.pixels.dtype == torch.uint8
    assert data.classes == tuple(SHAPES)
    assert torch.equal(data.train.pixels, again.train.pixels)
    assert len(data.train.pixels.flatten(1).unique(dim=0)) == len(data.train)


def test_shapes_lie_in_their_image_at_any_size() -> None:
    for size in (32, 48):
        pixels = shapes(size).test.pixels
        lit = (pixels[:, 0] > 127).flatten(1).float().mean(1)
        assert 0.05 < lit.min() < lit.max() < 0.55
        borders = torch.stack([pixels[:, 0, 0], pixels[:, 0, -1], pixels[:, 0, :, 0], pixels[:, 0, :, -1]])
        assert (borders > 127).float().mean() < 0.02


def test_a_disc_has_the_area_of_a_disc_and_a_diamond_that_of_a_diamond() -> None:
    data = shapes(48)
    discs, diamonds = (data.train.pixels[data.train.labels == k][:, 0].double() / 255 for k in (0, 5))
    for images, factor in ((discs, torch.pi), (diamonds, 2.0)):
        height = (images.amax(2) > 0.5).sum(1).double()
        area = images.sum(dim=(1, 2))
        assert ((area / (factor * (height / 2) ** 2)).mean() - 1).abs() < 0.05
