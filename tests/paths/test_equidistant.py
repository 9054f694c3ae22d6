"""The projection lands on the plane, at its nearest point."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from mode_connectivity.paths import Linear
from mode_connectivity.paths.equidistant import project_equidistant
from mode_connectivity.paths.restrict import moving


def state(generator: torch.Generator) -> dict[str, Tensor]:
    shapes: dict[str, tuple[int, ...]] = {"a.weight": (3, 4), "a.bias": (3,), "b.weight": (2, 3)}
    return {name: torch.randn(shape, generator=generator, dtype=torch.float64) for name, shape in shapes.items()}


def flat(point: dict[str, Tensor]) -> Tensor:
    return torch.cat([tensor.flatten() for tensor in point.values()])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31))
def test_both_ends_are_equally_far_and_the_step_is_along_the_line_between_them(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    start, end, point = (state(generator) for _ in range(3))
    before = flat(point)
    project_equidistant(point, start, end, moving(start, None))
    first, last = (float((flat(point) - flat(w)).norm()) for w in (start, end))
    assert abs(first - last) < 1e-12 * first
    step, chord = flat(point) - before, flat(end) - flat(start)
    assert float((step - chord * (step @ chord) / (chord @ chord)).norm()) < 1e-12
    kept = flat(point)
    project_equidistant(point, start, end, moving(start, None))
    assert torch.allclose(flat(point), kept, rtol=0, atol=1e-14)


def test_a_mask_is_kept_and_the_plane_is_reached_all_the_same() -> None:
    generator = torch.Generator().manual_seed(0)
    start, end, point = (state(generator) for _ in range(3))
    before = {name: tensor.clone() for name, tensor in point.items()}
    mask = {"a.weight": torch.tensor([[True], [False], [True]])}
    project_equidistant(point, start, end, moving(start, mask))
    assert abs(float((flat(point) - flat(start)).norm() - (flat(point) - flat(end)).norm())) < 1e-12
    assert torch.equal(point["a.weight"][1], before["a.weight"][1])
    assert torch.equal(point["b.weight"], before["b.weight"])
    assert not torch.equal(point["a.weight"][0], before["a.weight"][0])


def test_between_equal_ends_every_point_may_stay() -> None:
    generator = torch.Generator().manual_seed(0)
    start, point = state(generator), state(generator)
    before = flat(point)
    project_equidistant(point, start, Linear(start, start).at(1), moving(start, None))
    assert torch.equal(flat(point), before)
