"""What is left of a displacement beyond its control: planted effects come out, and no effect comes out as none."""

import json

import numpy as np
import pytest
import torch

from mode_connectivity.paths import State
from mode_connectivity.reports.neuron_swap.movement import figure, movement_record
from mode_connectivity.studies.analysis.correction import correction, correction_record
from mode_connectivity.studies.analysis.movement import Swapped
from mode_connectivity.studies.analysis.summary import Summary
from mode_connectivity.symmetry import Symmetry
from support.small_networks import small_net

MODEL = small_net(batch_norm=True)
SYMMETRY = Symmetry.derive(MODEL, torch.zeros(1, 3, 8, 8))
PAIRS = [(1, 4)]
SWAPPED = Swapped(SYMMETRY, SYMMETRY.swap("3", PAIRS), "3", PAIRS)


def noise(seed: int) -> State:
    generator = torch.Generator().manual_seed(seed)
    named = MODEL.named_parameters()
    return {name: torch.randn(p.shape, generator=generator, dtype=torch.float64) for name, p in named}


def effect(inside: float, outside: float) -> State:
    masks = {name: SWAPPED.masks.get(name, torch.tensor(False)).expand(p.shape) for name, p in MODEL.named_parameters()}
    return {name: torch.where(mask, inside, outside).double() for name, mask in masks.items()}


def plus(x: State, y: State) -> State:
    return {name: x[name] + y[name] for name in x}


@pytest.mark.parametrize(("inside", "outside"), [(1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.0, 0.0)])
@pytest.mark.parametrize("replicates", [1, 3])
def test_planted_effect_beyond_a_fair_control(inside: float, outside: float, replicates: int) -> None:
    planted = effect(inside, outside)
    # Controls that the swap leaves alone hold no chance within the slices.
    controls = [
        {n: (t + each[n]) / 2 for n, t in SYMMETRY.apply(full(each), SWAPPED.permutation or {}).items() if n in each}
        for each in map(noise, range(replicates))
    ]
    found = correction(SWAPPED, [plus(each, planted) for each in controls], controls)
    squares = {name: float(tensor.square().sum()) for name, tensor in planted.items()}
    slices = 2 * (6 * 9 + 1) + 2 * 16 * 7
    assert found.corrected.sum() == pytest.approx(sum(squares.values()), abs=1e-9)
    assert found.corrected_slices.sum() == pytest.approx(inside**2 * slices, abs=1e-9)
    assert (found.chance is None) == (replicates == 1)
    if found.chance is not None:
        assert np.abs(found.chance).max() < 1e-9
    assert found.units is not None
    assert found.units[[1, 4]].sum() == pytest.approx(inside**2 * slices, abs=1e-9)
    if (inside, outside) == (0, 0):
        assert found.cosine == pytest.approx(1)


def full(field: State) -> State:
    """With the running statistics that a state has."""
    return {name: field.get(name, tensor.double()) for name, tensor in MODEL.state_dict().items()}


def test_control_against_control_is_zero_on_average_with_replicates_and_not_without() -> None:
    """One replicate leaves its antisymmetric chance in the slices, which looks local; replicates share none."""
    fields = [noise(seed) for seed in range(40)]
    one = correction(SWAPPED, fields[:1], fields[:1])
    assert one.corrected_slices.sum() == pytest.approx(one.corrected.sum())
    assert one.corrected.sum() > 50
    found = correction(SWAPPED, fields, fields)
    assert found.chance is not None
    assert abs(found.corrected.sum()) < 0.05 * found.chance.sum()


def test_figures_have_intervals_from_six_seeds_on() -> None:
    assert figure([1.0, 2, 3, 4, 5]) == {"values": [1, 2, 3, 4, 5], "mean": 3, "interval": None}
    assert (figure([1.0, 2, 3, 4, 5, 6]) or {})["interval"] == [1, 6]
    assert figure([1.0, None]) is None
    assert figure([]) is None


def summarised(movement: dict[str, object], layers: list[dict[str, float]]) -> Summary:
    return Summary("bezier", {}, {}, layers, movement, "3")


def test_where_nothing_moved_nothing_is_divided_by_zero() -> None:
    """Two units that are the same: the ends agree, and the bend stayed where it was."""
    still = correction_record(correction(SWAPPED, [effect(0, 0)] * 2, [effect(0, 0)] * 2), [(1, 4)])
    layer = {"end_distance": 0.0, "bend_displacement": 0.0}
    summary = summarised({"displacement": 0.0, "pairs": [[1, 4]]}, [layer] * 5)
    found = movement_record([summary] * 6, [still] * 6)
    assert found["corrected_over_ends"] is found["control_over_plain"] is None
    assert found["corrected_pair_rank"]["mean"] == 1
    json.dumps(found, allow_nan=False)


def test_energies_stand_over_the_squared_distance_of_the_ends() -> None:
    moved = correction_record(correction(SWAPPED, [effect(1.0, 1.0)], [effect(0, 0)]), [(1, 4)])
    layer = {"end_distance": 10.0, "bend_displacement": 1.0}
    summary = summarised({"displacement": 1.0}, [layer] * 5)
    found = movement_record([summary] * 2, [moved] * 2)
    whole, slices = (found[f"corrected{where}_over_ends"]["mean"] for where in ("", "_slices"))
    assert whole == pytest.approx(sum(moved["corrected"]) / 500)
    assert found["corrected_outside_over_ends"]["mean"] == pytest.approx(whole - slices)
    assert found["chance_over_ends"] is None  # one training of each curve
    assert movement_record([summary] * 2, [moved])["layers"] is None  # a seed has no correction
