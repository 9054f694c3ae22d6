"""Distances that do not see a rearrangement."""

import numpy as np
import pytest
import torch

from mode_connectivity.measures import layer_distances, nearest_in_group, orbit_distances
from mode_connectivity.paths import Bezier, Linear, Polygon
from mode_connectivity.symmetry import Symmetry
from support.small_networks import small_net, state_of

MODEL = small_net(batch_norm=True)
SYMMETRY = Symmetry.derive(MODEL, torch.zeros(1, 3, 8, 8))
START, BEND = state_of(MODEL), state_of(small_net(1, batch_norm=True))
SWAP = SYMMETRY.swap("3", [(1, 4)])
SWAPPED = SYMMETRY.apply(START, SWAP)
# A bend that the swap leaves alone, so that the path is its own mirror image.
FAIR = {name: (tensor + SYMMETRY.apply(BEND, SWAP)[name]) / 2 for name, tensor in BEND.items()}
TS = np.linspace(0, 1, 21)


@pytest.mark.parametrize("path", [Bezier([START, FAIR, SWAPPED]), Polygon([START, FAIR, SWAPPED])])
def test_both_ends_are_the_same_network(path: Bezier | Polygon) -> None:
    distances = orbit_distances(path, TS, [START, SWAPPED])
    assert distances.total[0] == distances.total[-1] == 0
    assert distances.nearest[:10].tolist() == [0] * 10
    assert distances.nearest[11:].tolist() == [1] * 10
    assert np.allclose(distances.total, distances.total[::-1])
    plain = layer_distances(path, TS)
    assert distances.layers == plain.layers
    assert np.allclose(distances.raw_l2[:10], plain.raw_l2[:10], atol=1e-6)
    assert (distances.total <= np.linalg.norm(plain.raw_l2, axis=1) + 1e-9).all()


def test_one_copy_gives_the_plain_distance() -> None:
    path = Linear(START, BEND)
    assert np.allclose(orbit_distances(path, TS, [START]).raw_l2, layer_distances(path, TS).raw_l2, atol=1e-7)


def test_the_assignment_over_a_group_undoes_any_rearrangement_of_it() -> None:
    cycle = {"3": torch.tensor([2, 0, 1, 4, 3])}
    other = SYMMETRY.apply(START, cycle)
    found = nearest_in_group(SYMMETRY, "3", START, other)
    assert all(torch.equal(tensor, START[name]) for name, tensor in SYMMETRY.apply(other, found).items())
    same = nearest_in_group(SYMMETRY, "3", START, START)
    assert all(torch.equal(perm, torch.arange(len(perm))) for perm in same.values())
    with pytest.raises(ValueError, match="no group 'nowhere'"):
        nearest_in_group(SYMMETRY, "nowhere", START, START)


def test_the_difference_of_norms_is_blind_to_a_swap() -> None:
    path = Linear(START, SWAPPED)
    distances = layer_distances(path, TS)
    place = distances.layers.index("3")
    assert distances.raw_l2[-1, place] > 1
    assert distances.norm_difference[-1].max() < 1e-7
    norms = [[path.at(t)[f"{name}.weight"].norm() for t in TS] for name in ("8",)]
    assert distances.norm_difference[:, -1].max() == pytest.approx(0, abs=1e-6)
    assert float(torch.tensor(norms).std()) < 1e-6
    shrunk = Linear(
        START, {name: 0.75 * tensor if tensor.is_floating_point() else tensor for name, tensor in START.items()}
    )
    lengths = layer_distances(shrunk, [1.0])
    assert np.allclose(lengths.norm_difference, lengths.raw_l2, rtol=1e-6)
