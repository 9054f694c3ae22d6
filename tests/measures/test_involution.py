"""The swap and the loss: what is symmetric, what is antisymmetric, and how the control is taken off."""

import pytest
import torch
from torch import Tensor

from mode_connectivity.data.sets import Augmentation, Scaling, TrainingBatches
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.measures import control_corrected, displacement, end_difference, is_involution, parts
from mode_connectivity.measures.involution import image
from mode_connectivity.paths import Bezier, State, linear_bends
from mode_connectivity.paths.fitting import fit_bends
from mode_connectivity.symmetry import Symmetry
from mode_connectivity.training import Recipe
from support.small_networks import small_net, state_of, stripes

MODEL = small_net(batch_norm=True).double()
SYMMETRY = Symmetry.derive(MODEL, torch.zeros(1, 3, 8, 8, dtype=torch.float64))
SWAP = SYMMETRY.swap("3", [(1, 4), (0, 2)])


def field(seed: int) -> State:
    generator = torch.Generator().manual_seed(seed)
    named = MODEL.named_parameters()
    return {name: torch.randn(p.shape, generator=generator, dtype=torch.float64) for name, p in named}


def inner(x: State, y: State) -> float:
    return float(sum((x[name] * y[name]).sum() for name in x))


def test_parts_are_orthogonal_and_add_up_and_only_the_slices_have_an_antisymmetric_one() -> None:
    whole = field(0)
    symmetric, antisymmetric = parts(SYMMETRY, SWAP, whole)
    assert inner(symmetric, antisymmetric) == pytest.approx(0, abs=1e-10)
    assert inner(symmetric, symmetric) + inner(antisymmetric, antisymmetric) == pytest.approx(inner(whole, whole))
    masks = SYMMETRY.slices("3", [0, 1, 2, 4])
    for name, tensor in antisymmetric.items():
        mask = masks.get(name, torch.tensor(False)).expand(tensor.shape)
        assert not tensor[~mask].any()
        assert torch.equal(image(SYMMETRY, SWAP, antisymmetric)[name], -tensor)
        assert torch.equal(image(SYMMETRY, SWAP, symmetric)[name], symmetric[name])


def test_several_pairs_and_the_mirror_are_involutions_and_a_cycle_is_not() -> None:
    assert is_involution(SWAP)
    assert is_involution(SYMMETRY.reverse())
    cycle = {"3": torch.tensor([1, 2, 0, 3, 4])}
    assert not is_involution(cycle)
    with pytest.raises(ValueError, match="undoes itself"):
        parts(SYMMETRY, cycle, field(0))


def test_correction_is_the_plain_difference_outside_and_adds_no_chance_inside() -> None:
    swap, control = field(0), field(1)
    corrected = control_corrected(SYMMETRY, SWAP, swap, control)
    masks = SYMMETRY.slices("3", [0, 1, 2, 4])
    for name, tensor in corrected.items():
        mask = masks.get(name, torch.tensor(False)).expand(tensor.shape)
        assert torch.equal(tensor[~mask], (swap[name] - control[name])[~mask])
    _, antisymmetric = parts(SYMMETRY, SWAP, control)
    plain = {name: swap[name] - control[name] for name in swap}
    gap = {name: corrected[name] - plain[name] for name in swap}
    assert all(torch.allclose(gap[name], antisymmetric[name], atol=1e-14) for name in gap)
    symmetric, _ = parts(SYMMETRY, SWAP, swap)
    nothing = control_corrected(SYMMETRY, SWAP, symmetric, symmetric)
    assert max(float(tensor.abs().max()) for tensor in nothing.values()) < 1e-15


class Reversed(Bezier):
    """The same curve run through backwards: t takes the place of 1 - t, and the weights of the ends change places."""

    def weights(self, t: float) -> tuple[float, ...]:
        return super().weights(1 - t)


class Doubled(Scaling):
    def apply(self, pixels: Tensor, dtype: torch.dtype = torch.float64) -> Tensor:
        return super().apply(pixels, torch.float64)


def trained(kind: type[Bezier], permutation: dict[str, Tensor]) -> tuple[State, Bezier]:
    model = small_net().double()
    start = state_of(model)
    symmetry = Symmetry.derive(model, torch.zeros(1, 3, 8, 8, dtype=torch.float64))
    end = symmetry.apply(start, permutation)
    images = stripes()
    scaling = Scaling.of(images)
    order, draws = named_generator(0, "order"), named_generator(0, "augmentation")
    augmentation = Augmentation(crop_padding=1)
    batches = TrainingBatches(images, 16, Doubled(scaling.mean, scaling.std), augmentation, order, draws)
    recipe = Recipe(epochs=3, batch_size=16, learning_rate=0.05, weight_decay=1e-3, clip_norm=5.0)
    path = kind([start, *linear_bends(start, end), end])
    (bend,), _ = fit_bends(model, path, batches, recipe, Precision(), named_generator(0, "t"))
    return displacement(Bezier([start, bend, end])), path


def test_training_with_one_minus_t_gives_the_permuted_displacement() -> None:
    swap = SYMMETRY.swap("3", [(1, 4)])
    permutation = {"2": swap["3"]}  # the same layer of the network without batch norm
    forwards, path = trained(Bezier, permutation)
    backwards, _ = trained(Reversed, permutation)
    symmetry = Symmetry.derive(small_net(), torch.zeros(1, 3, 8, 8))
    permuted = image(symmetry, permutation, forwards)
    assert max(float((backwards[name] - permuted[name]).abs().max()) for name in permuted) < 1e-12
    assert max(float((backwards[name] - forwards[name]).abs().max()) for name in permuted) > 1e-4

    # The units' separation at t = 1/2 is the antisymmetric part over the distance of the ends.
    bend = {n: forwards[n] + (path.controls[0][n] + path.controls[2][n]) / 2 for n in forwards}
    middle = Bezier([path.controls[0], bend, path.controls[2]]).at(0.5)
    moved = symmetry.apply(middle, permutation)
    gap = {name: middle[name] - moved[name] for name in middle}
    _, antisymmetric = parts(symmetry, permutation, forwards)
    assert inner(gap, gap) == pytest.approx(inner(antisymmetric, antisymmetric), rel=1e-9)
    assert inner(end_difference(path), end_difference(path)) > 0
