"""Paths meet their ends exactly and are the curves they are named after."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from mode_connectivity.paths import Bezier, Linear, Path, Polygon, linear_bends
from support.small_networks import small_net, state_of

A, B, C = (state_of(small_net(seed, batch_norm=True).double()) for seed in range(3))
PATHS = [
    Linear(A, C),
    Bezier([A, C]),
    Bezier([A, B, C]),
    Bezier([A, B, B, C]),
    Polygon([A, B, C]),
    Polygon([A, B, A, C]),
]
SHARES = st.floats(0, 1)


def same(first: dict[str, Tensor], second: dict[str, Tensor], tolerance: float = 0.0) -> bool:
    return list(first) == list(second) and all(
        torch.allclose(tensor, second[name], rtol=0, atol=tolerance) for name, tensor in first.items()
    )


@pytest.mark.parametrize("path", PATHS)
def test_ends_are_exact_and_new(path: Path) -> None:
    for t, end in ((0.0, A), (1.0, C)):
        state = path.at(t)
        assert same(state, end)
        assert all(state[name].data_ptr() != end[name].data_ptr() for name in end)


def test_complex_numbers_are_mixed_as_their_parts_are() -> None:
    pairs = [{"w": torch.randn(3, 2, dtype=torch.float64)} for _ in range(3)]
    complexes = [{"w": torch.view_as_complex(pair["w"])} for pair in pairs]
    for t in (0.0, 0.3, 1.0):
        assert same({"w": torch.view_as_real(Bezier(complexes).at(t)["w"])}, Bezier(pairs).at(t), 1e-14)


@settings(max_examples=25, deadline=None)
@given(SHARES)
def test_weights_sum_to_one(t: float) -> None:
    for path in PATHS:
        assert sum(path.weights(t)) == pytest.approx(1, abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(SHARES)
def test_bezier_is_repeated_linear_interpolation(t: float) -> None:
    """De Casteljau's construction gives the same point."""
    left, right = Linear(A, B).at(t), Linear(B, C).at(t)
    assert same(Bezier([A, B, C]).at(t), Linear(left, right).at(t), 1e-12)


def test_polygon_passes_through_its_corners_and_straight_between() -> None:
    path = Polygon([A, B, C])
    assert same(path.at(0.5), B)
    assert same(path.at(0.25), Linear(A, B).at(0.5), 1e-15)
    assert same(path.at(0.9), Linear(B, C).at(0.8), 1e-12)


@pytest.mark.parametrize("bends", [1, 2, 3])
def test_linear_bends_make_every_path_the_straight_line(bends: int) -> None:
    controls = [A, *linear_bends(A, C, bends), C]
    for t in (0.1, 0.5, 0.77):
        line = Linear(A, C).at(t)
        assert same(Bezier(controls).at(t), line, 1e-12)
        assert same(Polygon(controls).at(t), line, 1e-12)


def test_counts_of_batches_follow_the_first_end() -> None:
    later = {name: tensor + 5 if name.endswith("tracked") else tensor for name, tensor in C.items()}
    assert Linear(A, later).at(0.5)["1.num_batches_tracked"] == A["1.num_batches_tracked"]


def test_a_path_of_equal_controls_is_a_point() -> None:
    assert Linear(A, dict(A)).is_point
    assert not Bezier([A, B, A]).is_point


def test_later_training_of_a_network_does_not_move_a_path_between_its_state_dicts() -> None:
    model, other = small_net(0), small_net(1)
    live = [each.state_dict() for each in (model, other)]
    paths = [Linear(*live), Bezier.between(live[0], live[1]), Polygon([live[0], live[1], live[0]])]
    before = [path.at(0.0) for path in paths]
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1)
    for path, kept in zip(paths, before, strict=True):
        assert same(path.at(0.0), kept)
    shared = Linear(*live, copy=False)
    assert shared.controls[0]["0.bias"].data_ptr() == live[0]["0.bias"].data_ptr()


@pytest.mark.parametrize("bends", [1, 3])
def test_a_bezier_curve_between_two_ends_is_their_straight_line(bends: int) -> None:
    between, by_hand = Bezier.between(A, C, bends=bends), Bezier([A, *linear_bends(A, C, bends), C])
    assert len(between.controls) == bends + 2
    assert all(same(mine, theirs) for mine, theirs in zip(between.controls, by_hand.controls, strict=True))
    assert same(between.at(0.3), Linear(A, C).at(0.3), 1e-12)


def test_misfits_are_refused() -> None:
    with pytest.raises(ValueError, match=r"points 0 and 1 differ in 0.weight: torch.float64, torch.float32"):
        Linear(A, {name: tensor.float() for name, tensor in C.items()})
    with pytest.raises(ValueError, match=r"differ in l.weight: torch.int8, torch.float32"):
        Linear({"l.weight": torch.ones(2, dtype=torch.int8)}, {"l.weight": torch.ones(2)})
    with pytest.raises(ValueError, match=r"t must lie in \[0, 1\], got 1.01"):
        Linear(A, B).at(1.01)
    with pytest.raises(ValueError, match="two ends"):
        Bezier([A])
    with pytest.raises(ValueError, match=r"only one of them has 0.bias"):
        Linear(A, {name: tensor for name, tensor in B.items() if name != "0.bias"})
    with pytest.raises(ValueError, match=r"control points 0 and 2 differ in 0.bias: \(6,\), \(7,\)"):
        Bezier([A, B, {**C, "0.bias": torch.zeros(7)}])
