"""Draws what one path shows: the animation, its heatmap, and loss and accuracy along the path."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.foundations import layout
from mode_connectivity.measures import METRICS, LayerDistances, Profile, defined
from mode_connectivity.plots.along_path import metrics_along_path
from mode_connectivity.plots.animation import Evolution, evolution_frames, evolution_heatmap, save_gif
from mode_connectivity.plots.style import save_figure

Profiles = Mapping[str, Mapping[str, Profile]]  # path -> probe set -> profile


@dataclass(frozen=True)
class Marks:
    """Names the layers as readers know them, in order, with the swapped one and those that read it."""

    titles: Sequence[str]
    swapped: str | None
    readers: Sequence[str]

    @classmethod
    def of(cls, layers: Sequence[str], titles: Mapping[str, str], swapped: str | None, readers: Sequence[str]) -> Self:
        """Return the marks of modules, which `titles` names otherwise where it knows them."""
        of_swapped = None if swapped is None else titles.get(swapped, swapped)
        return cls(
            [titles.get(each, each) for each in layers], of_swapped, [titles.get(each, each) for each in readers]
        )


def draw_distances(folder: Path, distances: LayerDistances, marks: Marks, metrics: Sequence[str], fps: int) -> None:
    """Write an animation and a heatmap of each metric, the first under the plain file names, and of the correction."""
    for place, metric in enumerate(metrics):
        evolution = _evolution(distances, marks, metric)
        gif, heatmap = (name if place == 0 else f"{metric}_{name}" for name in (layout.EVOLUTION, layout.HEATMAP))
        save_gif(evolution_frames(evolution), folder / gif, fps)
        save_figure(evolution_heatmap(evolution), folder / heatmap)
    save_gif(evolution_frames(_evolution(distances, marks, "correction")), folder / layout.CORRECTION, fps)


def _evolution(distances: LayerDistances, marks: Marks, metric: str) -> Evolution:
    values = getattr(distances, metric)
    return Evolution(marks.titles, distances.ts, values, marks.swapped, METRICS[metric], marks.readers)


def draw_profiles(folder: Path, ts: NDArray[np.float64], profiles: Profiles) -> None:
    """Write loss and accuracy of every path against t."""
    lines = {
        name: {probe: (profile.loss, defined(profile.accuracy)) for probe, profile in sets.items()}
        for name, sets in profiles.items()
    }
    save_figure(metrics_along_path(ts, lines), folder / layout.ALONG_PATH)
