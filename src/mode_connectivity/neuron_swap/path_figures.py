"""Draws what one path shows: the animation, its heatmap, and loss and accuracy along the path."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mode_connectivity import layout
from mode_connectivity.evaluation import Profile
from mode_connectivity.geometry import METRICS, LayerDistances
from mode_connectivity.plots.along_path import metrics_along_path
from mode_connectivity.plots.evolution import Evolution, evolution_frames
from mode_connectivity.plots.gif import save_gif
from mode_connectivity.plots.heatmap import evolution_heatmap
from mode_connectivity.plots.style import save_png

Profiles = Mapping[str, Mapping[str, Profile]]  # path -> probe set -> profile


def draw_distances(
    folder: Path, distances: LayerDistances, layer: str | None, metrics: Sequence[str], fps: int, title: str
) -> None:
    """Write an animation and a heatmap of each metric; the first has the plain file names."""
    heading = f"Distance from the original along the curve ({title})"
    for place, metric in enumerate(metrics):
        values = getattr(distances, metric)
        evolution = Evolution(distances.layers, distances.ts, values, layer, quantity=METRICS[metric], title=heading)
        gif, heatmap = (name if place == 0 else f"{metric}_{name}" for name in (layout.EVOLUTION, layout.HEATMAP))
        save_gif(evolution_frames(evolution), folder / gif, fps)
        save_png(evolution_heatmap(evolution), folder / heatmap)


def draw_profiles(folder: Path, ts: NDArray[np.float64], profiles: Profiles, title: str) -> None:
    """Write loss and accuracy of every path against t."""
    lines = {
        name: {probe: (profile.loss, profile.accuracy) for probe, profile in sets.items()}
        for name, sets in profiles.items()
    }
    save_png(metrics_along_path(ts, lines, title=f"Along the path ({title})"), folder / layout.ALONG_PATH)
