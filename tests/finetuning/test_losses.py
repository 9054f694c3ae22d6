"""The two losses of CBFT against autograd and against values known by hand, in float64."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from mode_connectivity.finetuning.losses import Barrier, barrier_gradients, invariance_loss
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.paths import Linear
from support.small_networks import small_net, state_of

IMAGES = torch.randn(8, 3, 8, 8, generator=named_generator(0, "images"), dtype=torch.float64)
LABELS = torch.arange(8) % 4


@pytest.mark.parametrize("level", [0.01, 5.0])
@pytest.mark.parametrize("t", [0.25, 0.6])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_gradients_of_the_barrier_loss_are_those_of_autograd(level: float, t: float, batch_norm: bool) -> None:
    """The loss lies above the lower level and below the higher one, so both signs are met."""
    model = small_net(batch_norm=batch_norm).double().train()
    current, pretrained = ({n: x.double() for n, x in state_of(small_net(k, batch_norm)).items()} for k in (1, 2))
    names = [name for name, _ in model.named_parameters()]

    leaves = {name: tensor.clone() for name, tensor in current.items()}
    wanted = [leaves[name].requires_grad_() for name in names]
    loss = cross_entropy(functional_call(model, Linear(leaves, pretrained).at(t), (IMAGES,)), LABELS)
    assert (loss > level) == (level < 1)
    expected = torch.autograd.grad((level - loss).abs(), wanted)

    kept = {name: tensor.clone() for name, tensor in (current | {f"0{n}": x for n, x in pretrained.items()}).items()}
    found, at_point, _ = barrier_gradients(model, current, pretrained, t, (IMAGES, LABELS), level, Precision())
    assert float(at_point) == pytest.approx(abs(level - float(loss.detach())), rel=1e-12)
    for mine, autograds in zip(found, expected, strict=True):
        assert torch.allclose(mine, autograds, rtol=1e-10, atol=1e-14)
    after = current | {f"0{n}": x for n, x in pretrained.items()}
    assert all(torch.equal(after[name], kept[name]) for name in kept)


def test_t_has_the_published_distribution() -> None:
    """z is clipped at half a deviation: t lies in [1/4, 3/4], at each end with the share of the normal's tail."""
    generator = named_generator(0, "t")
    ts = torch.tensor([Barrier().draw(generator) for _ in range(20000)], dtype=torch.float64)
    tail = 0.5 * math.erfc(0.5 / math.sqrt(2))
    assert ts.min() == 0.25
    assert ts.max() == 0.75
    for end in (0.25, 0.75):
        assert float((ts == end).double().mean()) == pytest.approx(tail, abs=0.015)
    assert float(ts.mean()) == pytest.approx(0.5, abs=0.006)
    inside = ts[(ts > 0.25) & (ts < 0.75)]
    # within the clip the density is nearly flat, a little higher in the middle
    assert 0.48 < float(((inside - 0.5).abs() < 0.125).double().mean()) < 0.56


@given(mean=st.floats(0, 1), spread=st.floats(0, 2), clip=st.floats(0, 3), seed=st.integers(0, 3))
def test_t_never_leaves_the_line(mean: float, spread: float, clip: float, seed: int) -> None:
    if mean - spread * clip >= 0 and mean + spread * clip <= 1:
        t = Barrier(mean=mean, spread=spread, clip=clip).draw(named_generator(seed, "t"))
        assert 0 <= t <= 1
    else:
        with pytest.raises(ValueError, match="outside"):
            Barrier(mean=mean, spread=spread, clip=clip)


def test_no_spread_is_always_the_mean() -> None:
    assert Barrier(mean=0.3, spread=0.0).draw(named_generator(0, "t")) == 0.3


def test_invariance_loss_by_hand() -> None:
    """Class 0 at right angles adds 2, class 1 in the same direction 0, class 2 opposite 4, class 3 is absent."""
    features = torch.tensor([[3.0, 1.0], [1.0, -1.0], [0.5, 0.5], [2.0, 0.0]], dtype=torch.float64)
    labels = torch.tensor([0, 0, 1, 2])
    cue_features = torch.tensor([[0.0, 7.0], [4.0, 4.0], [-1.0, 0.0], [9.0, 9.0]], dtype=torch.float64)
    cue_labels = torch.tensor([0, 1, 2, 3])
    found = invariance_loss(features, labels, cue_features, cue_labels, 4)
    assert float(found) == pytest.approx((2 + 0 + 4) / 4, abs=1e-12)


@settings(max_examples=25)
@given(seed=st.integers(0, 1000), scale=st.floats(0.1, 10))
def test_invariance_loss_is_symmetric_bounded_and_blind_to_scale(seed: int, scale: float) -> None:
    generator = named_generator(seed, "features")
    a, b = (torch.randn(12, 5, generator=generator, dtype=torch.float64) for _ in range(2))
    here, there = (torch.randint(3, (12,), generator=generator) for _ in range(2))
    loss = invariance_loss(a, here, b, there, 3)
    assert 0 <= float(loss) <= 4
    assert float(invariance_loss(b, there, a, here, 3)) == pytest.approx(float(loss), abs=1e-12)
    assert float(invariance_loss(scale * a, here, b, there, 3)) == pytest.approx(float(loss), abs=1e-12)
    assert float(invariance_loss(a, here, a, here, 3)) == 0


def test_gradient_of_the_invariance_loss_agrees_with_finite_differences() -> None:
    features, cue = (torch.randn(6, 4, dtype=torch.float64, requires_grad=True) for _ in range(2))
    labels = torch.tensor([0, 0, 1, 1, 2, 2])
    assert torch.autograd.gradcheck(lambda a, b: invariance_loss(a, labels, b, labels.flip(0), 3), (features, cue))
