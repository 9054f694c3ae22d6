"""Batches are scaled by their own moments, and augmentation only moves pixels."""

import torch

from mode_connectivity.data.sets import Augmentation, Images, Scaling, ScoringBatches, TrainingBatches
from mode_connectivity.foundations.randomness import named_generator

PIXELS = torch.randint(256, (50, 3, 32, 32), dtype=torch.uint8, generator=named_generator(0, "test pixels"))
IMAGES = Images(PIXELS, torch.arange(50))


def batches(batch_size: int, augmentation: Augmentation) -> TrainingBatches:
    return TrainingBatches(
        IMAGES, batch_size, Scaling.of(IMAGES), augmentation, named_generator(0, "order"), named_generator(0, "draws")
    )


def test_scaling_gives_zero_mean_and_unit_deviation() -> None:
    values = Scaling.of(IMAGES).apply(PIXELS, torch.float64)
    assert values.mean((0, 2, 3)).abs().max() < 1e-12
    assert (values.std((0, 2, 3), correction=0) - 1).abs().max() < 1e-12
    assert values.is_contiguous(memory_format=torch.channels_last)


def test_a_constant_channel_is_scaled_to_zero() -> None:
    flat = Images(torch.full((2, 3, 32, 32), 7, dtype=torch.uint8), torch.zeros(2, dtype=torch.long))
    assert Scaling.of(flat).apply(flat.pixels).abs().max() < 1e-6


def test_every_image_comes_once_an_epoch_in_another_order() -> None:
    epochs = batches(10, Augmentation())
    first, second = (torch.cat([labels for _, labels in epochs]) for _ in range(2))
    assert sorted(first.tolist()) == sorted(second.tolist()) == list(range(50))
    assert not torch.equal(first, second)
    assert len(epochs) == 5
    assert len(batches(12, Augmentation())) == 4
    assert len(batches(64, Augmentation())) == 1


def test_crop_shifts_each_image_within_the_padding() -> None:
    moved = Augmentation(crop_padding=2).apply(PIXELS, named_generator(0, "draws"))
    padded = torch.nn.functional.pad(PIXELS, (2, 2, 2, 2))
    shifts = set()
    for k in range(len(PIXELS)):
        found = [
            (i, j) for i in range(5) for j in range(5) if torch.equal(moved[k], padded[k, :, i : i + 32, j : j + 32])
        ]
        assert len(found) == 1
        shifts.add(found[0])
    assert len(shifts) > 12


def test_flip_mirrors_about_half_of_the_images() -> None:
    moved = Augmentation(flip=True).apply(PIXELS, named_generator(0, "draws"))
    same = [torch.equal(new, old) for new, old in zip(moved, PIXELS, strict=True)]
    mirrored = [torch.equal(new, old.flip(-1)) for new, old in zip(moved, PIXELS, strict=True)]
    assert all(a != b for a, b in zip(same, mirrored, strict=True))
    assert 15 < sum(mirrored) < 35


def test_scoring_sees_all_images_in_order_and_channels_last() -> None:
    scaling = Scaling.of(IMAGES)
    batches = list(ScoringBatches(IMAGES, scaling, 16))
    assert torch.equal(torch.cat([labels for _, labels in batches]), IMAGES.labels)
    assert torch.equal(torch.cat([images for images, _ in batches]), scaling.apply(IMAGES.pixels))
    assert all(images.is_contiguous(memory_format=torch.channels_last) for images, _ in batches)
    assert max(len(labels) for _, labels in batches) == 16
    assert len(next(iter(ScoringBatches(IMAGES, scaling)))[1]) == min(128, len(IMAGES))
