"""A grid is scored by the sweep: at the corners of a plane it finds what a path finds at its ends."""

import numpy as np
import pytest

from mode_connectivity.data.sets import Scaling, ScoringBatches
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.measures import Plane, defined, sweep, sweep_grid
from mode_connectivity.paths import Bezier
from support.small_networks import small_net, state_of, stripes

IMAGES = stripes()
SCALING = Scaling.of(IMAGES)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_grid_at_the_ends_equals_the_sweep(batch_norm: bool) -> None:
    start, bend, end = (state_of(small_net(seed, batch_norm)) for seed in range(3))
    model, plane = small_net(0, batch_norm), Plane(start, end, bend)
    sets = {"train": IMAGES, "test": stripes(40, seed=1)}
    probes = {name: ScoringBatches(images, SCALING) for name, images in sets.items()}
    common = {"precision": Precision(), "recalibration": ScoringBatches(IMAGES, SCALING, 512)}
    along = sweep(model, Bezier([start, bend, end]).at, [0.0, 1.0], probes, **common)  # type: ignore[arg-type]
    xs, ys = np.array([0.0, 1.0, plane.places[1, 0]]), np.array([-0.5, 0.0])
    grid = sweep_grid(model, plane.at, xs, ys, probes, **common)  # type: ignore[arg-type]
    for name, profile in grid.items():
        assert profile.loss.shape == defined(profile.error).shape == (2, 3)
        assert profile.loss[1, [0, 2]].tolist() == along[name].loss.tolist()
        assert defined(profile.error)[1, [0, 2]].tolist() == defined(along[name].error).tolist()
        inside = sweep(model, lambda _: plane.at(1.0, -0.5), [0.0], {name: probes[name]}, **common)  # type: ignore[arg-type]
        assert profile.loss[0, 1] == inside[name].loss[0]
