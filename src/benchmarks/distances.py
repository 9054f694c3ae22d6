"""Per-layer distances at 61 points: one Gram matrix against materialising every point."""

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.curve import NAME
from benchmarks.setting import Setting, curve_of
from benchmarks.table import Row, times
from benchmarks.timing import interleaved
from mode_connectivity.geometry import layer_distances
from mode_connectivity.paths import Bezier

POINTS = 61
CHECKED = 5  # points compared in float64


def measure(setting: Setting) -> list[Row]:
    """VGG16 at width 1."""
    path, ts = curve_of(NAME, setting.device), np.linspace(0, 1, POINTS)
    contenders = {"ours": lambda: layer_distances(path, ts), "every point": lambda: materialised(path, ts)}
    seconds = interleaved(contenders, setting.rounds, warm_up=False)
    some = np.linspace(0, 1, CHECKED)
    exact = Bezier([{name: tensor.double() for name, tensor in state.items()} for state in path.controls])
    found, expected = layer_distances(path, some).raw_l2[1:], materialised(exact, some)[1:]
    difference = float(np.max(np.abs(found - expected) / expected))
    ours, theirs = seconds["ours"], seconds["every point"]
    return [
        Row(
            f"layer distances, {POINTS} points", ours, "s", "every point made", theirs, times(theirs, ours), ">= 100 x"
        ),
        Row("their relative difference", difference, "", "every point in float64", None, "", "<= 1e-6"),
    ]


def materialised(path: Bezier, ts: NDArray[np.float64]) -> NDArray[np.float64]:
    """(T, L): |W_t - W_0| of each layer, from the weights themselves."""
    start = path.controls[0]
    layers = dict.fromkeys(name.rpartition(".")[0] for name in start)
    rows = []
    for t in ts:
        state = path.at(float(t))
        parts = {
            layer: [(state[name] - start[name]).flatten() for name in start if name.rpartition(".")[0] == layer]
            for layer in layers
        }
        rows.append([float(torch.cat(tensors).norm()) for tensors in parts.values()])
    return np.array(rows)
