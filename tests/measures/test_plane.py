"""The plane's frame is orthonormal, its corners are exact, and what lies in it is found in it."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from mode_connectivity.measures import Plane
from mode_connectivity.paths import Bezier, Linear, parameter_names
from support.small_networks import small_net, state_of

States = dict[str, Tensor]
NETS = [state_of(small_net(seed, batch_norm=True)) for seed in range(4)]
A, B, C, ELSEWHERE = (
    {name: tensor.double() if tensor.is_floating_point() else tensor for name, tensor in state.items()}
    for state in NETS
)
PLANE = Plane(A, C, B)


def flat(state: States) -> Tensor:
    return torch.cat([state[name].double().flatten() for name in parameter_names(state)])


def test_frame_is_orthonormal() -> None:
    origin = flat(PLANE.at(0, 0))
    u, v = flat(PLANE.at(1, 0)) - origin, flat(PLANE.at(0, 1)) - origin
    gram = torch.stack([u, v]) @ torch.stack([u, v]).T
    assert torch.allclose(gram, torch.eye(2, dtype=torch.float64), atol=1e-12)
    assert torch.dot(u, flat(C) - flat(A)) > 0
    assert torch.dot(v, flat(B) - flat(A)) > 0


@pytest.mark.parametrize("nets", [NETS[:3], [A, B, C]])
def test_the_three_states_lie_exactly_at_their_coordinates(nets: list[States]) -> None:
    plane = Plane(nets[0], nets[2], nets[1])
    for (x, y), state in zip(plane.places.tolist(), (nets[0], nets[2], nets[1]), strict=True):
        found = plane.at(x, y)
        assert all(torch.equal(found[name], tensor) for name, tensor in state.items())
        assert plane.coordinates(state) == pytest.approx((x, y), abs=1e-9)
    assert plane.places[1, 0] == pytest.approx(float((flat(nets[2]) - flat(nets[0])).norm()), rel=1e-12)


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_coordinates_undo_at(x: float, y: float) -> None:
    assert PLANE.coordinates(PLANE.at(x, y)) == pytest.approx((x, y), abs=1e-9)
    assert sum(PLANE.weights(x, y)) == pytest.approx(1, abs=1e-12)


def test_a_point_outside_is_projected() -> None:
    x, y = PLANE.coordinates(ELSEWHERE)
    gap = flat(ELSEWHERE) - flat(PLANE.at(x, y))
    assert gap.norm() > 0.1
    for corner in (B, C):
        assert abs(float(torch.dot(gap, flat(corner) - flat(A)))) < 1e-9


def test_a_path_through_the_corners_lies_in_the_plane() -> None:
    path = Bezier([A, B, C])
    ts = [0.0, 0.2, 0.5, 1.0]
    weights = np.array([path.weights(t) for t in ts])[:, [0, 2, 1]]
    for t, place in zip(ts, PLANE.curve(weights), strict=True):
        assert PLANE.coordinates(path.at(t)) == pytest.approx(tuple(place), abs=1e-9)
        assert torch.allclose(flat(PLANE.at(*place.tolist())), flat(path.at(t)), atol=1e-12)


def test_grid_holds_the_triangle_and_a_margin() -> None:
    xs, ys = PLANE.sides(0.25, 9)
    low, high = PLANE.places.min(0), PLANE.places.max(0)
    rim = 0.25 * float((high - low).max())
    assert (xs[0], xs[-1]) == pytest.approx((low[0] - rim, high[0] + rim))
    assert (ys[0], ys[-1]) == pytest.approx((low[1] - rim, high[1] + rim))
    assert len(xs) == len(ys) == 9


def test_points_on_one_line_span_no_plane() -> None:
    for three in ((A, A, B), (A, C, A), (A, C, C), (A, C, Linear(A, C).at(0.3)), (A, A, A)):
        with pytest.raises(ValueError, match="no plane passes through three points on one line"):
            Plane(*three)
