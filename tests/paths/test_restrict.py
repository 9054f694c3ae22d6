"""What may not move stays on the straight line, to the bit; what may moves as if the rest were constants."""

import pytest
import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.paths import Bezier, Linear, Polygon, Restricted, linear_bends, perturbed_bends
from mode_connectivity.paths.fitting import fit_bends
from mode_connectivity.paths.restrict import Mask, complement, everything, layers, moving, share, union
from mode_connectivity.symmetry import Symmetry
from mode_connectivity.training import Recipe
from support.small_networks import small_net, state_of, stripe_batches

CLIP = 0.5
RECIPE = Recipe(epochs=2, batch_size=16, learning_rate=0.05, weight_decay=1e-2, clip_norm=CLIP)
MODEL = small_net()
SYMMETRY = Symmetry.derive(MODEL, torch.zeros(2, 3, 8, 8))
START = state_of(MODEL)
SWAPPED = SYMMETRY.apply(START, SYMMETRY.swap("2", [(0, 3)]))
OTHER = state_of(small_net(1))
SLICES = SYMMETRY.slices("2", [0, 3])
T = 0.3


def fitted(mask: Mask | None, end: dict[str, Tensor] = SWAPPED) -> list[dict[str, Tensor]]:
    path = Bezier([START, *linear_bends(START, end), end])
    draws = named_generator(0, "t")
    found, _ = fit_bends(small_net(), path, stripe_batches(), RECIPE, Precision(), draws, mask=mask)
    return found


def moved(bend: dict[str, Tensor], straight: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: bend[name] != straight[name] for name in bend}


def test_masks_are_what_they_are_named_after() -> None:
    assert set(SLICES) == {"2.weight", "2.bias", "5.weight"}
    assert share(START, everything(START)) == 1
    named = layers(START, ["0", "7"])
    assert set(named) == {"0.weight", "0.bias", "7.weight", "7.bias"}
    total = sum(tensor.numel() for tensor in START.values())
    assert share(START, named) == (6 * 27 + 6 + 7 * 4 + 4) / total
    assert share(START, SLICES) == (2 * 6 * 9 + 2 + 2 * 16 * 7) / total
    both = union(SLICES, complement(START, SLICES))
    assert all(both[name].all() for name in START)
    assert share(START, SLICES) + share(START, complement(START, SLICES)) == pytest.approx(1)
    assert not any((SLICES[name] & complement(START, SLICES)[name]).any() for name in SLICES)
    own = {"2.weight": torch.tensor([True, False, False, False, False]).view(-1, 1, 1, 1)}
    assert share(START, union(own, SLICES)) == share(START, SLICES)
    assert moving(START, {**named, "7.bias": torch.tensor(False)}).keys() == {"0.weight", "0.bias", "7.weight"}


@pytest.mark.parametrize("end", [SWAPPED, OTHER], ids=["swapped", "other"])
@pytest.mark.parametrize("name", ["slices", "outside", "layers", "all"])
def test_frozen_entries_stay_on_the_straight_line_and_all_others_move(name: str, end: dict[str, Tensor]) -> None:
    masks = {
        "slices": SLICES,
        "outside": complement(START, SLICES),
        "layers": layers(START, ["0"]),
        "all": everything(START),
    }
    mask = masks[name]
    (bend,) = fitted(mask, end)
    line = Linear(START, end)
    path = Restricted(Bezier([START, bend, end]), mask)
    for tensor, changed in moved(bend, line.at(0.5)).items():
        keep = mask.get(tensor, torch.tensor(False)).expand(changed.shape)
        assert not (changed & ~keep).any(), tensor
        assert changed[keep].double().mean() > 0.9 if keep.any() else True, tensor
        for t in (0.0, 0.1, T, 0.5, 0.77, 1.0):
            assert torch.equal(path.at(t)[tensor][~keep], line.at(t)[tensor][~keep])
    assert torch.equal(path.at(T, ["2.weight"])["2.weight"], path.at(T)["2.weight"])


def test_a_mask_of_everything_gives_the_bits_of_none() -> None:
    (free,), (masked,) = fitted(None), fitted(everything(START))
    assert all(torch.equal(free[name], masked[name]) for name in free)


@pytest.mark.parametrize("kind", [Bezier, Polygon])
def test_two_bends_keep_their_places_on_the_line(kind: type[Bezier] | type[Polygon]) -> None:
    noisy = perturbed_bends(START, OTHER, 0.1, named_generator(0, "start"), 2)
    path = kind([START, *noisy, OTHER])
    mask = layers(START, ["5"])
    bends, _ = fit_bends(small_net(), path, stripe_batches(), RECIPE, Precision(), named_generator(0, "t"), mask=mask)
    for bend, straight in zip(bends, linear_bends(START, OTHER, 2), strict=True):
        assert {name for name, changed in moved(bend, straight).items() if changed.any()} == {"5.weight", "5.bias"}


def test_gradient_clipping_decay_and_momentum_see_only_what_moves() -> None:
    """By hand: SGD on the moving entries alone, the others constants."""
    mask = SLICES
    (found,) = fitted(mask)
    names = list(moving(START, mask))
    bend = {name: tensor.clone() for name, tensor in Linear(START, SWAPPED).at(0.5).items()}
    velocity = {name: torch.zeros_like(bend[name]) for name in names}
    draws = named_generator(0, "t")
    batches = stripe_batches()
    for _ in range(RECIPE.epochs):
        for images, labels in batches:
            t = float(torch.rand((), generator=draws, dtype=torch.float64))
            entries = {name: bend[name].clone().requires_grad_() for name in names}
            state = Bezier([START, {**bend, **entries}, SWAPPED]).at(t)
            loss = cross_entropy(functional_call(MODEL, state, (images,)), labels)
            decay = RECIPE.weight_decay / 2 * sum(state[name].square().sum() for name in names)
            gradients = torch.autograd.grad(loss + decay, list(entries.values()))
            masked = [g * mask[name] for g, name in zip(gradients, names, strict=True)]
            norm = torch.stack([g.square().sum() for g in masked]).sum().sqrt()
            for name, gradient in zip(names, masked, strict=True):
                velocity[name] = RECIPE.momentum * velocity[name] + gradient * min(1.0, CLIP / float(norm))
                bend[name] = bend[name] - RECIPE.learning_rate * velocity[name]
    for name in START:
        assert torch.allclose(found[name], bend[name], atol=1e-6), name


def test_masks_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="no layer '1' with parameters; there are 0, 2, 5, 7"):
        layers(START, ["1"])
    with pytest.raises(ValueError, match=r"a mask for 9\.weight"):
        fitted({"9.weight": torch.tensor(True)})
    with pytest.raises(
        ValueError, match=r"mask of 2\.bias is torch\.bool \(3,\); it must be bool and broadcast to \(5,\)"
    ):
        fitted({"2.bias": torch.ones(3, dtype=torch.bool)})
    with pytest.raises(ValueError, match=r"mask of 2\.bias is torch\.float32"):
        fitted({"2.bias": torch.ones(5)})
    with pytest.raises(ValueError, match="lets no parameter move"):
        fitted({"2.bias": torch.tensor(False)})
