"""The antisymmetric start is what it says: P X = -X, across the line, as long as it, and only in the slices."""

import pytest
import torch

from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.measures import antisymmetric_field, end_difference, layer_products
from mode_connectivity.measures.involution import image
from mode_connectivity.paths import Linear
from mode_connectivity.symmetry import Symmetry
from support.small_networks import small_net, state_of

MODEL = small_net(batch_norm=True)
SYMMETRY = Symmetry.derive(MODEL, torch.zeros(2, 3, 8, 8))
START = state_of(MODEL)
SWAP = SYMMETRY.swap("3", [(0, 3), (1, 2)])
LINE = Linear(START, SYMMETRY.apply(START, SWAP))


def test_field_is_antisymmetric_across_the_line_and_as_long_as_it() -> None:
    field = antisymmetric_field(SYMMETRY, SWAP, LINE, named_generator(0, "start"))
    moved = image(SYMMETRY, SWAP, field)
    chord = end_difference(LINE)
    assert all(torch.allclose(moved[name], -tensor, atol=1e-15) for name, tensor in field.items())
    assert abs(layer_products(field, chord).sum()) < 1e-12
    assert layer_products(field, field).sum() == pytest.approx(layer_products(chord, chord).sum(), rel=1e-12)
    slices = SYMMETRY.slices("3", [0, 1, 2, 3])
    for name, tensor in field.items():
        inside = slices.get(name, torch.tensor(False)).expand(tensor.shape)
        assert (tensor[~inside] == 0).all()
        assert not inside.any() or tensor[inside].abs().min() > 0
    again = antisymmetric_field(SYMMETRY, SWAP, LINE, named_generator(0, "start"))
    assert all(torch.equal(tensor, again[name]) for name, tensor in field.items())


def test_refusals() -> None:
    draws = named_generator(0, "start")
    with pytest.raises(ValueError, match="two ends that differ"):
        antisymmetric_field(SYMMETRY, SWAP, Linear(START, START), draws)
    cycle = SYMMETRY.identity() | {SYMMETRY.group_of("3"): torch.tensor([1, 2, 0, 3, 4])}
    with pytest.raises(ValueError, match="undoes itself"):
        antisymmetric_field(SYMMETRY, cycle, LINE, draws)
