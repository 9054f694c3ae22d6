"""Writes the distances per layer along a path that is given as files; no network and no data set are needed.

A checkpoint is a safetensors file or a .pt of plain weights. That of the curve holds all control points (as the code of
Garipov et al. writes it) or the bends alone; then the other end lies beside the swap metadata, or is named.
"""

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from mode_connectivity.commands.curve import read_curve
from mode_connectivity.foundations import layout
from mode_connectivity.foundations.atomic import write_arrays, write_json
from mode_connectivity.measures import distance_arrays, layer_distances, layer_summary
from mode_connectivity.paths.kinds import kind_of

LAYER_KEYS = ("layer", "layer_name")
SUFFIXES = (".safetensors", ".pt")


EXAMPLE = """\
  mode-connectivity analyse --curve-checkpoint models/curves/mid-seed0.safetensors \\
      --original-checkpoint models/endpoints/seed0.safetensors \\
      --swap-metadata models/swaps/mid-seed0_metadata.json --output-dir analysis --num-points 61"""


def run(given: argparse.Namespace) -> None:
    """Run the subcommand with its parsed arguments."""
    analyse(
        given.curve_checkpoint,
        given.original_checkpoint,
        given.swap_metadata,
        given.swapped_checkpoint,
        given.output_dir,
        given.num_points,
    )


def analyse(curve: Path, original: Path, metadata: Path, swapped: Path | None, folder: Path, points: int) -> None:
    """Write the arrays and the summary of a path into `folder`, under the names that the analysis stage gives them.

    Raises:
        ValueError: a file that is missing, unreadable or does not fit the others; the message names it.
    """
    if points < 2:
        raise ValueError(f"--num-points: a path needs 2 points or more, got {points}")
    layer = _swapped_layer(metadata)
    path = read_curve(curve, original, swapped, _beside(metadata))
    distances = layer_distances(path, np.linspace(0, 1, points))
    if layer is not None and layer not in distances.layers:
        raise ValueError(f"{metadata}: no layer {layer!r} in the checkpoints; there are {', '.join(distances.layers)}")
    overflown = ~np.isfinite(distances.raw_l2 + distances.norm_difference).all(axis=0)
    if overflown.any():
        first = distances.layers[int(overflown.argmax())]
        raise ValueError(f"{curve}: weights of layer {first} are too large for their squares")
    inputs = {"curve": curve, "original": original, "swap_metadata": metadata}
    write_arrays(folder / layout.DISTANCES, distance_arrays(distances, layer))
    write_json(
        folder / layout.SUMMARY,
        {
            "sha256": {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in inputs.items()},
            "path": kind_of(path),
            "control_points": len(path.controls),
            "points": points,
            "swapped_layer": layer,
            "layers": layer_summary(path, distances),
        },
    )
    print(f"{points} points, {len(distances.layers)} layers: {folder / layout.DISTANCES}, {folder / layout.SUMMARY}")


def _swapped_layer(metadata: Path) -> str | None:
    try:
        values = json.loads(metadata.read_text())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{metadata}: not JSON ({error})") from error
    key = next((key for key in LAYER_KEYS if isinstance(values, dict) and key in values), None)
    if key is None or not isinstance(values[key], str | None):
        raise ValueError(f"{metadata}: does not name the swapped layer under {' or '.join(map(repr, LAYER_KEYS))}")
    layer: str | None = values[key]
    return layer


def _beside(metadata: Path) -> Path | None:
    """Return the swapped checkpoint beside the metadata "a_metadata.json": "a.safetensors" or "a.pt"."""
    stem = metadata.stem.removesuffix("_metadata")
    return next((file for suffix in SUFFIXES if (file := metadata.with_name(stem + suffix)).is_file()), None)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""

    def add(name: str, text: str, **options: Any) -> None:
        parser.add_argument(name, help=text, **options)

    add("--curve-checkpoint", "the fitted curve: all control points, or the bends alone", type=Path, required=True)
    add("--original-checkpoint", "the network at which the curve starts", type=Path, required=True)
    add("--swap-metadata", "the JSON that names the swapped layer", type=Path, required=True)
    add("--swapped-checkpoint", "the other end (default: the one beside the metadata)", type=Path)
    add("--output-dir", "where the arrays and the summary go", type=Path, required=True)
    add("--num-points", "points from t = 0 to 1 (default: %(default)s)", type=int, default=61)
