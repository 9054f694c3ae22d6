"""Animates the distances of a path."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from mode_connectivity.plots.evolution import Evolution, Floats, evolution_frames
from mode_connectivity.plots.gif import save_gif


class Distances(Protocol):
    """Holds the distances of each layer along a path, as `layer_distances` does; each metric is an attribute."""

    @property
    def layers(self) -> Sequence[str]: ...

    @property
    def ts(self) -> Floats: ...

    def quantity(self, metric: str) -> str: ...


def animate(
    distances: Distances,
    file: str | Path,
    *,
    fps: int = 10,
    metric: str = "normalized_l2",
    swapped: str | None = None,
    readers: Sequence[str] = (),
) -> None:
    """Write a GIF with one bar a layer and one frame a point; `swapped` is drawn in vermilion, `readers` in purple.

    Raises:
        ValueError: an unknown metric or layer, a distance that is not finite, or fewer than one frame a second.
        OSError: the file cannot be written.
    """
    quantity = distances.quantity(metric)
    if fps < 1:
        raise ValueError(f"at least one frame a second, got {fps}")
    for layer in (*readers, *([] if swapped is None else [swapped])):
        if layer not in distances.layers:
            raise ValueError(f"no layer {layer!r}; there are {', '.join(distances.layers)}")
    values = getattr(distances, metric)
    if not (abs(values) < float("inf")).all():
        raise ValueError(f"{metric} is not finite everywhere")
    evolution = Evolution(distances.layers, distances.ts, values, swapped, quantity, readers)
    save_gif(evolution_frames(evolution), Path(file), fps)
