"""Names and chooses what is tracked of a path: few keys, which sort as the layers do and fit the title of a chart."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

LAYERS = 16  # whose distances are tracked; those of all layers are in the arrays
FIGURES = 6  # of the movement, likewise
SCORES = {"loss": ("train", "test"), "accuracy": ("test",)}
MILLI = 1000


def distance_series(titles: Sequence[str], distances: NDArray[np.float64]) -> dict[str, list[float]]:
    """Return "distance/05 conv 3.2" -> distances along the path, of `LAYERS` layers spread evenly where there are more.

    `distances`: (T, L), a column for each title.
    """
    places = np.unique(np.linspace(0, len(titles) - 1, min(LAYERS, len(titles))).round().astype(int)).tolist()
    return {f"distance/{place + 1:02d} {titles[place]}": distances[:, place].tolist() for place in places}


def score_series(arrays: Mapping[str, NDArray[np.float64]], kinds: Mapping[str, str]) -> dict[str, list[float]]:
    """Return "loss/curve train" -> losses along the path; `kinds` maps curve and line to their names in `arrays`."""
    return {
        f"{quantity}/{name} {probe}": arrays[f"{kind}_{probe}_{quantity}"].tolist()
        for quantity, probes in SCORES.items()
        for name, kind in kinds.items()
        for probe in probes
    }


def barriers(paths: Mapping[str, Mapping[str, Mapping[str, Any]]], kinds: Mapping[str, str]) -> dict[str, float]:
    """Return the loss barriers in nats and in millinats, since a UI that shows few digits rounds the first to 0.00."""
    nats = {
        f"{name} {probe}": float(quantities["loss_barrier"])
        for name, kind in kinds.items()
        for probe, quantities in paths[kind].items()
    }
    return {f"barrier/{key}": value for key, value in nats.items()} | {
        f"millinats/{key}": MILLI * value for key, value in nats.items()
    }


def movements(figures: Mapping[str, Any]) -> dict[str, float]:
    """Return the first figures of the movement that are numbers."""
    numbers = {f"movement/{name}": value for name, value in figures.items() if isinstance(value, float)}
    return dict(list(numbers.items())[:FIGURES])
