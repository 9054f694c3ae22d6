"""A cue is where its class says, changes nothing else, and is absent where it is absent."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mode_connectivity.data.sets import DatasetError, Images, add_box_cue
from mode_connectivity.data.sets.cues import BoxCue, DominoesCue, partners, stack
from mode_connectivity.foundations.randomness import named_generator

GREEN = [128, 255, 128]


def grey(count: int, size: int = 32) -> torch.Tensor:
    return torch.full((count, 3, size, size), 7, dtype=torch.uint8)


def changed(before: torch.Tensor, after: torch.Tensor) -> torch.Tensor:
    """Where an image differs, (N, H, W)."""
    return (before != after).any(1)


def test_ten_classes_have_nine_places_of_one_colour_and_one_without_a_box() -> None:
    before = grey(10)
    after = add_box_cue(before, torch.arange(10))
    boxes = changed(before, after)
    assert boxes.flatten(1).sum(1).tolist() == [9] * 9 + [0]
    corners = [[int(axis.min()) for axis in torch.nonzero(box, as_tuple=True)] for box in boxes[:9]]
    assert corners == [[top, left] for top in (0, 14, 29) for left in (0, 14, 29)]
    assert all(after[k, :, boxes[k]].unique(dim=1).flatten().tolist() == GREEN for k in range(9))
    assert (before == 7).all()


def test_a_hundred_classes_have_ten_places_in_ten_hues() -> None:
    before = grey(100)
    labels = torch.arange(100)
    after = add_box_cue(before, labels, num_classes=100)
    boxes = changed(before, after)
    assert boxes.flatten(1).sum(1).tolist() == [9] * 100
    assert torch.equal(boxes, boxes[:10].repeat(10, 1, 1))
    assert (boxes[:10].sum(0) <= 1).all()
    assert torch.nonzero(boxes[9])[0].tolist() == [6, 6]
    colours = [tuple(after[k][:, boxes[k]][:, 0].tolist()) for k in range(100)]
    assert colours[:10] == [tuple(GREEN)] * 10
    assert len(set(colours[::10])) == 10
    assert all(colours[k] == colours[10 * (k // 10)] for k in range(100))


def test_a_box_grows_with_the_image() -> None:
    boxes = changed(grey(9, 64), add_box_cue(grey(9, 64), torch.arange(9)))
    assert boxes.flatten(1).sum(1).tolist() == [36] * 9
    assert boxes[8, -6:, -6:].all()
    assert boxes[4, 29:35, 29:35].all()
    wide = torch.zeros((1, 3, 32, 64), dtype=torch.uint8)
    assert torch.nonzero(changed(wide, add_box_cue(wide, torch.tensor([5]))))[0].tolist() == [0, 14, 61]


@given(
    labels=st.lists(st.integers(0, 99), min_size=1, max_size=6),
    size=st.sampled_from([32, 33, 48]),
    seed=st.integers(0, 99),
)
@settings(max_examples=30, deadline=None)
def test_the_box_hides_the_image_and_depends_on_the_class_alone(labels: list[int], size: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    cue_labels = torch.tensor(labels)
    images = torch.randint(256, (len(labels), 3, size, size), dtype=torch.uint8, generator=generator)
    once = add_box_cue(images, cue_labels, 100)
    assert torch.equal(add_box_cue(once, cue_labels, 100), once)
    black, white = (add_box_cue(torch.full_like(images, level), cue_labels, 100) for level in (0, 255))
    inside = (black == white).all(1, keepdim=True)
    assert torch.equal(once, torch.where(inside, black, images))


def test_box_cues_that_do_not_fit_are_refused() -> None:
    labels = torch.arange(3)
    with pytest.raises(ValueError, match="uint8"):
        add_box_cue(grey(3).float(), labels)
    with pytest.raises(ValueError, match="a label an image"):
        add_box_cue(grey(4), labels)
    with pytest.raises(ValueError, match=r"0 \.\.\. 1"):
        add_box_cue(grey(3), labels, num_classes=2)
    with pytest.raises(ValueError, match="up to 100"):
        add_box_cue(grey(3), labels, num_classes=101)
    assert len(add_box_cue(grey(0), torch.arange(0))) == 0


SECOND = Images(torch.arange(1, 13, dtype=torch.uint8)[:, None, None, None].expand(-1, 3, 4, 4), torch.arange(12) % 3)


def test_dominoes_stand_above_and_are_of_the_class() -> None:
    cue = DominoesCue(SECOND, seed=0, split="train")
    labels = torch.tensor([2, 0, 1, 2])
    lower = grey(4, 4)
    made = cue.present(lower, labels)
    assert made.shape == (4, 3, 8, 4)
    assert torch.equal(made[:, :, 4:], lower)
    assert torch.equal((made[:, 0, 0, 0] - 1) % 3, labels)
    assert torch.equal(cue.absent(lower), stack(torch.zeros_like(lower), lower))
    assert torch.equal(made, cue.present(lower, labels))


def test_partners_are_dealt_without_replacement_and_again_only_when_all_were() -> None:
    chosen = partners(torch.zeros(8, dtype=torch.int64), SECOND, named_generator(0, "deal"))
    assert sorted(chosen[:4].tolist()) == sorted(chosen[4:].tolist()) == [0, 3, 6, 9]
    other = partners(torch.zeros(8, dtype=torch.int64), SECOND, named_generator(1, "deal"))
    assert not torch.equal(chosen, other)
    with pytest.raises(DatasetError, match="no images of class 3"):
        partners(torch.tensor([3]), SECOND, named_generator(0, "deal"))


def test_a_box_cue_leaves_the_image_without_it_alone() -> None:
    images = grey(2)
    assert torch.equal(BoxCue(10).absent(images), images)
    assert BoxCue(10).absent(images) is not images
