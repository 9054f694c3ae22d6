"""Compares ways to compute per-layer distances at 61 points: one Gram matrix against materialising every point."""

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.curve import NAME
from benchmarks.setting import Setting, curve_of
from benchmarks.table import Row, times
from benchmarks.timing import interleaved
from mode_connectivity.measures import layer_distances
from mode_connectivity.paths import Bezier

POINTS = 61
CHECKED = 5  # points compared in float64


def measure(setting: Setting) -> list[Row]:
    """Return the seconds of both ways for VGG16 at width 1, and how far their results differ."""
    path, ts = curve_of(NAME, setting.device), np.linspace(0, 1, POINTS)
    contenders = {"ours": lambda: layer_distances(path, ts), "every point": lambda: materialised(path, ts)}
    seconds = interleaved(contenders, setting.rounds, warm_up=False)
    some = np.linspace(0, 1, CHECKED)
    exact = Bezier([{name: tensor.double() for name, tensor in state.items()} for state in path.controls])
    computed, expected = layer_distances(path, some), materialised(exact, some)
    gaps = [
        np.abs(mine - theirs)[1:] / theirs[1:]
        for mine, theirs in zip((computed.raw_l2, computed.norm_difference), expected, strict=True)
    ]
    difference = float(np.max(gaps))
    ours, theirs = seconds["ours"], seconds["every point"]
    return [
        Row(
            f"layer distances, {POINTS} points", ours, "s", "every point made", theirs, times(theirs, ours), ">= 100 x"
        ),
        Row("their relative difference", difference, "", "every point in float64", None, "", "<= 1e-6"),
    ]


def materialised(path: Bezier, ts: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return |W_t - W_0| and | |W_t| - |W_0| | of each layer, (T, L) each, from the weights themselves."""
    start, bend, end = path.controls
    layers = dict.fromkeys(name.rpartition(".")[0] for name in start)
    distances, differences = [], []
    for t in ts:
        state = {
            name: float((1 - t) ** 2) * start[name] + float(2 * t * (1 - t)) * bend[name] + float(t**2) * end[name]
            for name in start
        }
        here, there = (
            [torch.cat([w[f"{layer}.{part}"].flatten() for part in ("weight", "bias")]) for layer in layers]
            for w in (state, start)
        )
        distances.append([float((a - b).norm()) for a, b in zip(here, there, strict=True)])
        differences.append([abs(float(a.norm() - b.norm())) for a, b in zip(here, there, strict=True)])
    return np.array(distances), np.array(differences)
