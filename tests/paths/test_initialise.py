"""Bends start where their names say."""

import pytest
import torch
from torch import Tensor

from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.paths import Linear, biased_bends, linear_bends, parameter_names, perturbed_bends, sphere_bends
from support.small_networks import small_net, state_of

A, C = (state_of(small_net(seed, batch_norm=True).double()) for seed in range(2))
NAMES = parameter_names(A)


def flat(state: dict[str, Tensor]) -> Tensor:
    return torch.cat([state[name].flatten() for name in NAMES])


def place(bend: dict[str, Tensor]) -> float:
    """Share of the straight line at which a point on it lies."""
    chord = flat(C) - flat(A)
    share = float((flat(bend) - flat(A)) @ chord / (chord @ chord))
    assert torch.allclose(flat(bend), flat(Linear(A, C).at(share)), atol=1e-12)
    return share


def test_biased_bends_lie_on_the_line_about_alpha() -> None:
    assert [place(bend) for bend in biased_bends(A, C, 0.2)] == pytest.approx([0.2])
    assert [place(bend) for bend in biased_bends(A, C, 0.2, 3)] == pytest.approx([0.1, 0.2, 0.6])
    for even, biased in zip(linear_bends(A, C, 4), biased_bends(A, C, 0.5, 4), strict=True):
        assert torch.allclose(flat(even), flat(biased), atol=1e-15)
    with pytest.raises(ValueError, match=r"alpha must lie in \[0, 1\], got 1.5"):
        biased_bends(A, C, 1.5)


def test_noise_is_isotropic_and_measured_in_distances_between_the_ends() -> None:
    distance = float((flat(C) - flat(A)).norm())
    moved = perturbed_bends(A, C, 0.3, named_generator(0, "start"), 20)
    noise = torch.stack([flat(b) - flat(e) for b, e in zip(moved, linear_bends(A, C, 20), strict=True)])
    assert float(noise.square().sum(1).mean().sqrt()) == pytest.approx(0.3 * distance, rel=0.02)
    sizes = noise.square().mean(0)
    assert abs(float(noise.mean()) / float(noise.std())) < 0.05
    assert float(sizes[: len(sizes) // 2].mean() / sizes[len(sizes) // 2 :].mean()) == pytest.approx(1, abs=0.1)
    first, again, other = (perturbed_bends(A, C, 0.3, named_generator(seed, "start"))[0] for seed in (0, 0, 1))
    assert torch.equal(flat(first), flat(again))
    assert not torch.equal(flat(first), flat(other))
    assert torch.equal(first["1.running_var"], linear_bends(A, C)[0]["1.running_var"])


def test_without_a_distance_there_is_no_noise() -> None:
    (bend,) = perturbed_bends(A, dict(A), 0.3, named_generator(0, "start"))
    assert torch.equal(flat(bend), flat(A))


@pytest.mark.parametrize("radius", [0.5, 1.0, 2.0])
def test_spheres_have_the_norm_of_the_ends(radius: float) -> None:
    first, last = float(flat(A).norm()), float(flat(C).norm())
    for share, bend in zip((1 / 3, 2 / 3), sphere_bends(A, C, radius, 2), strict=True):
        norm = float(flat(bend).norm())
        assert norm == pytest.approx(radius * ((1 - share) * first + share * last), rel=1e-12)
        straight = flat(Linear(A, C).at(share))
        assert torch.allclose(flat(bend) / norm, straight / straight.norm(), atol=1e-14)


def test_a_standing_path_already_lies_on_its_sphere_and_a_line_through_the_origin_never_does() -> None:
    (bend,) = sphere_bends(A, dict(A), 1.0)
    assert torch.allclose(flat(bend), flat(A), rtol=1e-15)
    opposite = {name: -tensor for name, tensor in A.items()}
    with pytest.raises(ValueError, match="through the origin"):
        sphere_bends(A, opposite, 1.0)
    with pytest.raises(ValueError, match="radius must be positive, got 0"):
        sphere_bends(A, C, 0)
