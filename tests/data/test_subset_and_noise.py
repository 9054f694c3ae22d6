"""Subsets are balanced and nested; noise has the strength that was asked for."""

import pytest
import torch

from mode_connectivity.data.sets import DatasetError
from mode_connectivity.data.sets.subset import add_noise, balanced_subset

LABELS = torch.arange(90) % 9


def test_subset_is_balanced_sorted_and_nested() -> None:
    small, large = balanced_subset(LABELS, 20, 0, "train"), balanced_subset(LABELS, 45, 0, "train")
    counts = torch.bincount(LABELS[small])
    assert counts.tolist() == [3, 3, 2, 2, 2, 2, 2, 2, 2]
    assert torch.equal(small, small.sort().values)
    assert set(small.tolist()) < set(large.tolist())
    assert not torch.equal(small, balanced_subset(LABELS, 20, 1, "train"))
    assert torch.equal(balanced_subset(LABELS, None, 0, "train"), torch.arange(90))


def test_too_large_a_subset_names_the_key() -> None:
    with pytest.raises(DatasetError, match=r"dataset.test_size: 91 asks for 11 images of class 0, it has 10"):
        balanced_subset(LABELS, 91, 0, "test")


@pytest.mark.parametrize("split", ["train", "test"])
def test_fewer_images_than_classes_would_leave_some_empty(split: str) -> None:
    labels = torch.arange(303) % 101
    assert len(balanced_subset(labels, 101, 0, split)) == 101
    with pytest.raises(DatasetError, match=rf"^dataset\.{split}_size: 50 is fewer than the 101 classes$"):
        balanced_subset(labels, 50, 0, split)


def test_noise_is_grey_repeatable_and_of_the_right_size() -> None:
    grey = torch.full((200, 3, 8, 8), 128, dtype=torch.uint8)
    noisy = add_noise(grey, 0.1, 0, "train")
    assert torch.equal(noisy[:, 0], noisy[:, 1])
    assert noisy.double().std().item() == pytest.approx(25.5, rel=0.03)
    assert torch.equal(noisy, add_noise(grey, 0.1, 0, "train"))
    assert not torch.equal(noisy, add_noise(grey, 0.1, 0, "test"))
    assert add_noise(grey, 0, 0, "train") is grey
    assert set(add_noise(grey, 100.0, 0, "train").unique().tolist()) >= {0, 255}
