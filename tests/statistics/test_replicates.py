"""The cross-replicate estimator is unbiased, the chance energy is chance, and shares are ratios of sums."""

import numpy as np
import pytest

from mode_connectivity.statistics import chance_energy, systematic_energy


@pytest.mark.parametrize("replicates", [2, 3, 5])
@pytest.mark.parametrize("length", [0.0, 0.5, 2.0])
def test_unbiased_within_four_standard_errors(replicates: int, length: float) -> None:
    """Simulated displacements of 20 entries: zero where the truth is zero, where <X, X> is 20 too high."""
    generator = np.random.default_rng(replicates)
    mean = np.zeros(20)
    mean[3] = length
    x = mean + generator.standard_normal((3000, replicates, 20))
    gram = np.einsum("srp,sqp->srq", x, x)
    for estimate, truth in ((systematic_energy(gram), length**2), (chance_energy(gram), 20.0)):
        assert abs(estimate.mean() - truth) < 4 * estimate.std(ddof=1) / np.sqrt(3000)
    if length == 0:
        assert (systematic_energy(gram) < 0).mean() > 0.3


def test_unbiased_with_draws_shared_by_swap_and_control() -> None:
    """X_r = D_r - C_r with a common error in both stays unbiased, since replicates share none."""
    generator = np.random.default_rng(9)
    shared = generator.standard_normal((4000, 3, 8))
    effect = np.full(8, 0.3)
    x = (effect + shared + 0.5 * generator.standard_normal(shared.shape)) - shared
    estimate = systematic_energy(np.einsum("srp,sqp->srq", x, x))
    assert abs(estimate.mean() - 8 * 0.09) < 4 * estimate.std() / np.sqrt(4000)


def test_identities_of_a_gram_matrix() -> None:
    x = np.random.default_rng(0).standard_normal((4, 6))
    gram = x @ x.T
    pairs = [(r, s) for r in range(4) for s in range(4) if r != s]
    assert systematic_energy(gram) == pytest.approx(np.mean([x[r] @ x[s] for r, s in pairs]))
    assert chance_energy(gram) == pytest.approx(np.mean([np.square(x[r] - x[s]).sum() / 2 for r, s in pairs]))
    with pytest.raises(ValueError, match="one replicate"):
        systematic_energy(gram[:1, :1])
