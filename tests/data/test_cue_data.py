"""Every set of a mechanisms study is what it says, exactly and by its seed."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mode_connectivity.data.sets import PROBE_SETS, CueData, Dataset, Images, add_box_cue
from mode_connectivity.data.sets.probe_sets import share_of_each_class
from mode_connectivity.data.sets.subset import dim
from mode_connectivity.foundations.randomness import named_generator

CLASSES = tuple("abcde")


def numbered(count: int, first: int) -> Images:
    """Images that are one value each, none twice; unequal classes."""
    values = torch.arange(first, first + count, dtype=torch.uint8)
    return Images(values[:, None, None, None].repeat(1, 3, 32, 32), torch.arange(count) % 7 % 5)


def data(**changes: object) -> CueData:
    base = Dataset(numbered(60, 0), numbered(30, 100), CLASSES)
    fields = {"second": None, "proportion": 0.8, "held_out": 0.1, "seed": 0, **changes}
    return CueData(base, **fields)  # type: ignore[arg-type]


def value(images: Images) -> torch.Tensor:
    """The number of each image, from a pixel that no box of the first five classes covers."""
    return images.pixels[:, 0, -1, 10]


@pytest.mark.parametrize("split", ["train", "test"])
def test_probe_sets_differ_in_the_image_and_in_the_cue_as_named(split: str) -> None:
    study = data()
    sets = study.train_sets if split == "train" else study.test_sets
    assert tuple(sets) == PROBE_SETS
    plain, labels = sets["no_cue"].pixels, sets["no_cue"].labels
    assert all(torch.equal(each.labels, labels) for each in sets.values())
    assert torch.equal(sets["cue"].pixels, add_box_cue(plain, labels, 5))
    shuffled = value(sets["rand_image"])
    assert sorted(shuffled.tolist()) == sorted(value(sets["no_cue"]).tolist())
    assert not torch.equal(shuffled, value(sets["no_cue"]))
    image = shuffled[:, None, None, None].expand(-1, 3, 32, 32)
    assert torch.equal(sets["rand_image"].pixels, add_box_cue(image, labels, 5))
    readings = torch.stack([(sets["rand_cue"].pixels == add_box_cue(plain, labels * 0 + c, 5)) for c in range(5)])
    drawn = readings.flatten(2).all(2)
    assert (drawn.sum(0) == 1).all()
    assert len(drawn.long().argmax(0).unique()) == 5
    assert not torch.equal(drawn.long().argmax(0), labels)


def test_the_cue_is_on_the_exact_share_of_each_class_in_training() -> None:
    study = data()
    training, sets = study.training, study.train_sets
    for label in range(5):
        carried = study.carries_cue[training.labels == label]
        assert int(carried.sum()) == round(0.8 * len(carried))
    for k, carries in enumerate(study.carries_cue.tolist()):
        assert torch.equal(training.pixels[k], sets["cue" if carries else "no_cue"].pixels[k])
    assert torch.equal(data(proportion=1.0).training.pixels, data(proportion=1.0).train_sets["cue"].pixels)
    assert torch.equal(data(proportion=0.0).training.pixels, data(proportion=0.0).train_sets["no_cue"].pixels)


def test_held_out_images_are_seen_by_no_pretraining() -> None:
    study = data(held_out=0.25)
    kept, held = value(study.training).tolist(), value(study.clean).tolist()
    assert sorted(kept + held) == list(range(60))
    for label in range(5):
        everything = int((study.base.train.labels == label).sum())
        assert int((study.clean.labels == label).sum()) == round(0.25 * everything)
    assert len(data(held_out=0.0).clean) == 0


def test_sets_follow_the_seed_and_nothing_else() -> None:
    def pixels(study: CueData) -> list[torch.Tensor]:
        sets = [*study.train_sets.values(), *study.test_sets.values(), study.training, study.clean]
        return [each.pixels for each in sets]

    def equal(one: CueData, other: CueData) -> list[bool]:
        return [torch.equal(a, b) for a, b in zip(pixels(one), pixels(other), strict=True)]

    study = data(second=Dataset(numbered(40, 10), numbered(40, 60), CLASSES))
    assert all(equal(study, CueData.from_tensors(study.tensors(), study.draws())))
    assert all(equal(data(), CueData.from_tensors(data().tensors(), data().draws())))
    again = replace(study, seed=1)
    assert [torch.equal(a, b) for a, b in zip(pixels(study)[4:8], pixels(again)[4:8], strict=True)] == [
        True,
        False,
        False,
        False,
    ]
    assert not torch.equal(study.carries_cue, again.carries_cue)


def test_dominoes_keep_their_upper_half_between_cue_and_rand_image() -> None:
    study = data(second=Dataset(numbered(40, 10), numbered(40, 60), CLASSES))
    sets = study.test_sets
    assert sets["cue"].pixels.shape == (30, 3, 64, 32)
    assert torch.equal(sets["cue"].pixels[:, :, :32], sets["rand_image"].pixels[:, :, :32])
    assert not torch.equal(sets["cue"].pixels[:, :, :32], sets["rand_cue"].pixels[:, :, :32])
    assert (sets["no_cue"].pixels[:, :, :32] == 0).all()
    assert sets["cue"].pixels[:, :, :32].min() >= 60
    assert study.train_sets["cue"].pixels[:, :, :32].max() < 60
    assert (study.clean.pixels[:, :, :32] == 0).all()


@given(labels=st.lists(st.integers(0, 4), min_size=1, max_size=40), share=st.floats(0, 1), seed=st.integers(0, 9))
@settings(max_examples=50, deadline=None)
def test_shares_are_exact_and_nested(labels: list[int], share: float, seed: int) -> None:
    tensor = torch.tensor(labels)
    chosen, half = (share_of_each_class(tensor, s, named_generator(seed, "share")) for s in (share, share / 2))
    for label in set(labels):
        assert int(chosen[tensor == label].sum()) == round(share * labels.count(label))
    assert not (half & ~chosen).any()


def test_dimmed_pixels_are_a_share_of_the_pixels() -> None:
    pixels = torch.tensor([0, 10, 255], dtype=torch.uint8)
    assert dim(pixels, 0.7).tolist() == [0, 7, 178]
    assert torch.equal(dim(pixels, 1.0), pixels)


def test_networks_of_another_seed_have_draws_of_their_own_on_the_same_images() -> None:
    first, again, other = data().for_network(0), data().for_network(0), data().for_network(1)
    assert first.seed == again.seed != data().seed
    assert torch.equal(first.base.train.pixels, other.base.train.pixels)
    assert not torch.equal(value(first.clean), value(other.clean))
    assert not torch.equal(first.carries_cue, other.carries_cue)
    for name in ("rand_cue", "rand_image"):
        assert not torch.equal(first.test_sets[name].pixels, other.test_sets[name].pixels)
    assert torch.equal(first.test_sets["cue"].pixels, other.test_sets["cue"].pixels)
    assert data(seed=1).for_network(0).seed != first.seed
