"""In the figure of all barriers every marker lies within, and no name of a variant runs into the next."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg

from mode_connectivity.plots.barriers import barriers

NAMES = ("control", "early", "mid", "late", "mid_pair", "reseed", "rematched")
LINES = {name: np.array([height]) for name, height in zip(NAMES, (0.0, 0.01, 0.03, 0.02, 0.003, 2.3, 2.3), strict=True)}


def test_markers_lie_within_and_names_apart() -> None:
    figure = barriers(NAMES, LINES, {name: values / 500 for name, values in LINES.items()})
    FigureCanvasAgg(figure).draw()
    for axes in figure.axes:
        low, high = axes.get_ylim()
        assert low < 0 < 2.3 < high
        boxes = [label.get_window_extent().x1 for label in axes.get_xticklabels()]
        width = (axes.bbox.x1 - axes.bbox.x0) / len(NAMES)
        assert np.allclose(np.diff(boxes), width, rtol=0.2)
