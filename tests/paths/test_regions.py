"""Each region lets exactly those entries move that it is named after."""

import pytest
import torch
from torch import Tensor

from mode_connectivity.models import build
from mode_connectivity.params.paths import REGIONS as PARAMS_REGIONS
from mode_connectivity.paths.regions import REGIONS, region
from mode_connectivity.paths.restrict import moving, share
from mode_connectivity.symmetry import Symmetry
from support.small_networks import small_net, state_of

MODEL = small_net(batch_norm=True)
SYMMETRY = Symmetry.derive(MODEL, torch.zeros(2, 3, 8, 8))
STATE = state_of(MODEL)


def named(name: str, layer: str = "3") -> dict[str, Tensor]:
    return region(name, SYMMETRY, STATE, layer, [0, 3], [1, 2, 4], torch.Generator().manual_seed(0))


def test_slices_are_what_the_swap_moves_and_outside_is_the_rest() -> None:
    other = state_of(small_net(1, batch_norm=True))
    swapped = SYMMETRY.apply(other, SYMMETRY.swap("3", [(0, 3)]))
    slices, outside = named("slices"), named("outside")
    for name in moving(STATE, outside):
        inside = slices.get(name, torch.tensor(False)).expand(STATE[name].shape)
        assert torch.equal(swapped[name] != other[name], inside)
        assert torch.equal(outside[name].expand(STATE[name].shape), ~inside)
    assert share(STATE, slices) + share(STATE, outside) == pytest.approx(1)


def test_placebo_slices_are_as_large_and_of_other_units() -> None:
    slices, placebo = named("slices"), named("placebo_slices")
    assert share(STATE, placebo) == share(STATE, slices)
    assert slices["3.weight"].flatten().tolist() == [True, False, False, True, False]
    assert placebo["3.weight"].flatten().tolist() == [False, True, True, False, False]


def test_placebo_entries_are_as_many_in_every_tensor_and_none_of_the_slices() -> None:
    slices, placebo = named("slices", "0"), named("placebo_entries", "0")
    assert slices.keys() == placebo.keys()
    for name, mask in slices.items():
        inside = mask.expand(STATE[name].shape)
        assert placebo[name].shape == STATE[name].shape
        assert int(placebo[name].sum()) == int(inside.sum())
        assert not (placebo[name] & inside).any()


def test_slices_of_more_than_half_a_tensor_leave_no_placebo() -> None:
    with pytest.raises(ValueError, match="which leaves"):
        region("placebo_entries", SYMMETRY, STATE, "3", [0, 1, 2], [], torch.Generator())
    with pytest.raises(ValueError, match="3 other live units are needed, the layer has 1"):
        region("placebo_slices", SYMMETRY, STATE, "3", [0, 1, 2], [4])


def test_regions_of_a_share_hold_that_share() -> None:
    assert share(STATE, named("entries_0.1")) == pytest.approx(0.1, rel=0.01)
    inside = share(STATE, named("layer"))
    assert share(STATE, named("layer_entries_0.5")) == pytest.approx(inside / 2, rel=0.01)
    assert named("layer_entries_0.5").keys() == named("layer").keys()
    two_of_five = named("units_0.4")["3.weight"].flatten()
    assert two_of_five.tolist() == [False, True, True, False, False]
    assert named("units_0.8")["3.weight"].flatten().tolist() == [True, True, True, False, True]


def test_layer_is_the_modules_of_the_slices_and_neighbourhood_one_layer_more_on_each_side() -> None:
    def modules(mask: dict[str, Tensor]) -> list[str]:
        return list(dict.fromkeys(name.rpartition(".")[0] for name in mask))

    assert modules(named("layer")) == ["3", "6"]
    assert modules(named("neighbourhood")) == ["0", "1", "3", "6", "8"]
    assert modules(named("layer", "0")) == ["0", "1", "3"]
    assert modules(named("neighbourhood", "0")) == ["0", "1", "3", "6"]
    assert all(mask.all() for mask in named("neighbourhood").values())


def test_regions_grow_and_running_statistics_belong_to_none() -> None:
    shares = [share(STATE, named(name)) for name in ("slices", "layer", "neighbourhood", "all")]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    for name in REGIONS:
        assert not [tensor for tensor in named(name, "0") if "running" in tensor]


def test_around_a_middle_layer_of_a_vgg() -> None:
    model = build("vgg16", num_classes=10, width=1 / 16)
    symmetry = Symmetry.derive(model, torch.zeros(2, 3, 32, 32))
    around = region("neighbourhood", symmetry, model.state_dict(), "features.12", [0, 1])
    assert list(dict.fromkeys(name.rpartition(".")[0] for name in around)) == [
        f"features.{place}" for place in (10, 12, 14, 17)
    ]


def test_params_name_the_same_regions() -> None:
    assert PARAMS_REGIONS == REGIONS


def test_an_unknown_region_is_named() -> None:
    with pytest.raises(ValueError, match="no region 'everywhere'; there are slices, placebo_slices, placebo_entries"):
        named("everywhere")
