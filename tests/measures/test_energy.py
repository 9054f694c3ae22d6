"""Displacements planted in the slices, elsewhere and everywhere: every measure gives the known answer."""

import numpy as np
import pytest
import torch
from torch import Tensor

from mode_connectivity.measures import (
    bend_displacement,
    displacement,
    end_difference,
    end_distance,
    layer_counts,
    layer_products,
    participation_ratio,
    unit_products,
)
from mode_connectivity.models import build
from mode_connectivity.paths import Bezier, Linear, Polygon, linear_bends
from mode_connectivity.symmetry import Symmetry
from support.small_networks import small_net, state_of

MODEL = small_net(batch_norm=True)
SYMMETRY = Symmetry.derive(MODEL, torch.zeros(1, 3, 8, 8))
LAYER, UNITS = "3", (1, 4)
MASKS = SYMMETRY.slices(LAYER, UNITS)
NAMES = [name for name, _ in MODEL.named_parameters()]


def planted(inside: float, outside: float) -> dict[str, Tensor]:
    state = state_of(MODEL)
    masks = {n: MASKS.get(n, torch.tensor(False)).expand(state[n].shape) for n in NAMES}
    return {n: torch.where(mask, inside, outside).double() for n, mask in masks.items()}


def test_the_slices_hold_all_nothing_or_their_share() -> None:
    everything, slices = layer_counts(planted(1, 1)), layer_counts(planted(1, 1), MASKS)
    parameter_share = slices.sum() / everything.sum()
    # Two rows of 6 * 9 weights and a bias, and two channels of 16 positions that 7 units read.
    assert slices.tolist() == [0, 0, 2 * (6 * 9 + 1), 2 * 16 * 7, 0]
    for (inside, outside), share in {(1, 0): 1.0, (0, 1): 0.0, (1, 1): parameter_share, (0, 0): 0.0}.items():
        field = planted(inside, outside)
        total, within = layer_products(field, field).sum(), layer_products(field, field, MASKS).sum()
        assert within == share * total
    assert participation_ratio(layer_products(planted(0, 0), planted(0, 0))) == 0


def test_units_hold_their_rows_and_what_reads_them() -> None:
    field = planted(1, 0)
    units = unit_products(SYMMETRY, field, field)
    assert units[LAYER].tolist() == [0, 167, 0, 0, 167]
    assert units["0"].tolist() == [18] * 6  # each is read by the two planted rows
    assert units["6"].tolist() == [32] * 7  # each reads the two planted channels
    assert participation_ratio(units[LAYER]) == 2
    uniform = planted(1, 1)
    assert participation_ratio(unit_products(SYMMETRY, uniform, uniform)[LAYER]) == pytest.approx(5)


def test_unit_energies_are_those_of_their_masks_also_where_units_read_themselves() -> None:
    for name in ("vgg13", "resnet18"):
        model = build(name, num_classes=3, width=1 / 16, batch_norm=True)
        symmetry = Symmetry.derive(model, torch.zeros(1, 3, 32, 32), verify=False)
        generator = torch.Generator().manual_seed(0)
        x, y = (
            {n: torch.randn(p.shape, generator=generator, dtype=torch.float64) for n, p in model.named_parameters()}
            for _ in range(2)
        )
        found = unit_products(symmetry, x, y)
        for layer, group in list(symmetry.layers.items())[::3]:
            for unit in (0, symmetry.groups[group] - 1):
                expected = layer_products(x, y, symmetry.slices(layer, [unit])).sum()
                assert found[group][unit] == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_a_unit_that_reads_itself_counts_an_entry_once() -> None:
    class Residual(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.loop, self.last = (torch.nn.Linear(*size) for size in ((2, 3), (3, 3), (3, 2)))

        def forward(self, x: Tensor) -> Tensor:
            x = self.first(x)
            outputs: Tensor = self.last(x + self.loop(x))
            return outputs

    model = Residual()
    symmetry = Symmetry.derive(model, torch.zeros(1, 2))
    ones = {name: torch.ones(p.shape, dtype=torch.float64) for name, p in model.named_parameters()}
    masks = symmetry.slices("first", [1])
    assert unit_products(symmetry, ones, ones)["first"].tolist() == [layer_products(ones, ones, masks).sum()] * 3


def test_fields_agree_with_the_gram_matrix() -> None:
    path = Bezier([state_of(small_net(seed, batch_norm=True)) for seed in range(3)])
    field, ends = displacement(path), end_difference(path)
    assert list(field) == NAMES
    assert np.allclose(np.sqrt(layer_products(field, field)), bend_displacement(path), rtol=1e-9)
    assert np.allclose(np.sqrt(layer_products(ends, ends)), end_distance(path), rtol=1e-12)


@pytest.mark.parametrize("kind", [Bezier, Polygon])
@pytest.mark.parametrize("bends", [1, 2, 3])
def test_the_displacement_is_that_of_the_paths_middle(kind: type[Bezier] | type[Polygon], bends: int) -> None:
    controls = [state_of(small_net(seed, batch_norm=True).double()) for seed in range(bends + 2)]
    path = kind(controls)
    middle, chord = path.at(0.5), Linear(controls[0], controls[-1]).at(0.5)
    weight = sum(path.weights(0.5)[1:-1])
    for name, tensor in displacement(path).items():
        assert torch.allclose(middle[name] - chord[name], weight * tensor, atol=1e-14)
    straight = kind([controls[0], *linear_bends(controls[0], controls[-1], bends), controls[-1]])
    assert max(float(tensor.abs().max()) for tensor in displacement(straight).values()) < 1e-15
    with pytest.raises(ValueError, match="three control points"):
        displacement(Linear(controls[0], controls[-1]))
