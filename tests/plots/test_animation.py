"""An animation has a frame a point, and what cannot be drawn is refused by name."""

from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pytest

from mode_connectivity.measures import layer_distances
from mode_connectivity.paths import Linear
from mode_connectivity.plots import animate
from support.small_networks import small_net, state_of

DISTANCES = layer_distances(Linear(state_of(small_net(0)), state_of(small_net(1))), np.linspace(0, 1, 5))


def test_a_frame_a_point(tmp_path: Path) -> None:
    animate(DISTANCES, str(tmp_path / "x.gif"), fps=4, metric="raw_l2", swapped="2")
    assert len(imageio.imread(tmp_path / "x.gif", index=None)) == 5
    assert imageio.immeta(tmp_path / "x.gif")["duration"] == 250


@pytest.mark.parametrize(
    ("options", "message"),
    [({"metric": "l7"}, "no metric 'l7'; there are"), ({"swapped": "9"}, "no layer '9'"), ({"fps": 0}, "one frame")],
)
def test_what_cannot_be_drawn_is_refused(tmp_path: Path, options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        animate(DISTANCES, tmp_path / "x.gif", **options)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())
