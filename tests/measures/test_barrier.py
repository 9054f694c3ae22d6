"""A barrier is taken over a whole path, from end to end."""

import numpy as np
import pytest

from mode_connectivity.measures import barrier


@pytest.mark.parametrize(
    "ts", [[0.1, 0.5, 1], [0, 0.5, 0.9], [0, 0.7, 0.5, 1], [0, 0.5, 0.5, 1], [1, 0.5, 0], [0.5], [0, np.nan, 1]]
)
def test_points_that_do_not_run_from_end_to_end_are_refused(ts: list[float]) -> None:
    with pytest.raises(ValueError, match="from t = 0 to t = 1 in increasing order"):
        barrier(ts, np.ones(len(ts)))


def test_a_loss_for_every_point_is_needed() -> None:
    with pytest.raises(ValueError, match=r"got \(2,\) losses at \(3,\) points"):
        barrier([0, 0.5, 1], [1, 2])
    assert barrier([0, 0.5, 1], [1, 4, 3]) == 2
