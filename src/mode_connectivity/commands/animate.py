"""Writes the animation of a path, and its heatmap, from an NPZ of distances.

The NPZ holds `ts` (T,), `layers` (L,) and the metric (T, L), as `analyse` and the analysis stage write them;
`swapped_layer`, where it is there, is drawn in vermilion.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from mode_connectivity.measures import METRICS
from mode_connectivity.plots.animation import Evolution, evolution_frames, evolution_heatmap, save_gif
from mode_connectivity.plots.style import save_figure

EXAMPLE = """\
  mode-connectivity animate --data analysis/layer_distances_along_curve.npz \\
      --output analysis/layer_distances_evolution.gif --fps 10 --metric normalized_l2 --heatmap"""


def run(given: argparse.Namespace) -> None:
    """Run the subcommand with its parsed arguments."""
    animate(given.data, given.output, given.fps, given.metric, given.heatmap)


def animate(data: Path, output: Path, fps: int, metric: str, heatmap: bool) -> None:
    """Write the GIF, and the heatmap beside it as `<stem>_heatmap.png`.

    Raises:
        ValueError: no such file, or one that does not hold the arrays; an fps below one. The message names it.
    """
    if fps < 1:
        raise ValueError(f"--fps: at least one frame a second, got {fps}")
    evolution = read_evolution(data, metric)
    save_gif(evolution_frames(evolution), output, fps)
    written = [output]
    if heatmap:
        written.append(output.with_name(f"{output.stem}_heatmap.png"))
        save_figure(evolution_heatmap(evolution), written[-1])
    print(f"{len(evolution.ts)} frames, {metric}: {', '.join(map(str, written))}")


def read_evolution(data: Path, metric: str) -> Evolution:
    """Return what the arrays in an NPZ file show; errors as `animate`."""
    if not data.is_file():
        raise ValueError(f"{data}: no such file")
    try:
        with data.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except Exception as error:  # numpy and zipfile raise many kinds for a file that is not theirs
        raise ValueError(f"{data}: not an NPZ of plain arrays ({error})") from error
    for name in ("ts", "layers", metric):
        if name not in arrays:
            raise ValueError(f"{data}: no array {name!r}; there are {', '.join(arrays) or 'none'}")
    ts, layers, values = arrays["ts"], arrays["layers"].tolist(), arrays[metric]
    if values.shape != (len(ts), len(layers)) or len(ts) < 2 or not np.isfinite(values).all():
        raise ValueError(
            f"{data}: {metric} must be finite, one row for each of {len(ts)} points and one column a layer"
        )
    swapped = str(arrays.get("swapped_layer", "")) or None
    if swapped is not None and swapped not in layers:
        raise ValueError(f"{data}: swapped_layer {swapped!r} is not among the layers")
    return Evolution(layers, ts, values, swapped, METRICS[metric])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""

    def add(name: str, text: str, **options: Any) -> None:
        parser.add_argument(name, help=text, **options)

    add("--data", "the NPZ of distances", type=Path, required=True)
    add("--output", "the GIF to write", type=Path, required=True)
    add("--fps", "frames a second (default: %(default)s)", type=int, default=10)
    add("--metric", "what the bars show (default: %(default)s)", choices=list(METRICS), default="normalized_l2")
    add("--heatmap", "also write a still picture of layers against t", action="store_true")
