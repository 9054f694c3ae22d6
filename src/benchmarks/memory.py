"""Measures the peak memory of curve training over that of the plain network, in copies of the weights."""

import subprocess
import sys
from pathlib import Path
from statistics import median

import torch

from benchmarks.curve import NAME
from benchmarks.setting import CLASSES, Setting, batches_of, controls_of, images_of
from benchmarks.straightforward.curve import Training
from benchmarks.straightforward.loading import loader
from benchmarks.straightforward.mixing import CurveNet
from benchmarks.table import Row
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.models import build
from mode_connectivity.paths import Bezier, linear_bends
from mode_connectivity.paths.fitting import fit_bends
from mode_connectivity.training import Recipe, train_endpoint

BATCH, STEPS = 16, 3
RECIPE = Recipe(epochs=1, batch_size=BATCH, learning_rate=1e-4, weight_decay=5e-4, clip_norm=1.0)
STATUS = Path("/proc/self/status")
# Copies of the weights alive in one step. Both: the module's own, the state it starts from, that which moves, its
# gradient, its momentum. A curve beside these: the other end, the bend it starts from, the point; the point's tensors
# take the bend's gradient.
CLOSED_FORM = {"plain": 5, "curve": 8}


def measure(setting: Setting) -> list[Row]:
    """Return the memory of curve training over plain training, for VGG16 at width 1 on the CPU.

    Each training runs in a process of its own, so that the peak of the process is its own.
    """
    peaks = {kind: median(_peak(kind) for _ in range(setting.rounds)) for kind in ("plain", "curve", "straightforward")}
    size = sum(tensor.numel() * tensor.element_size() for tensor in build(NAME, num_classes=CLASSES).parameters())
    extra = {kind: (peak - peaks["plain"]) / size for kind, peak in peaks.items()}
    counted = CLOSED_FORM["curve"] - CLOSED_FORM["plain"]
    return [
        Row(
            "memory over plain training",
            extra["curve"],
            "copies",
            "straightforward",
            extra["straightforward"],
            f"counted: {counted}",
            "<= 3",
        )
    ]


def _peak(kind: str) -> float:
    """Return the bytes that a process with this kind of training held at most."""
    done = subprocess.run([sys.executable, "-m", __name__, kind], check=True, capture_output=True, text=True)
    return float(done.stdout)


def held_at_most() -> float:
    """Return the bytes of memory that this process held at its peak.

    Linux's own count for the process: the one of getrusage starts at what the parent held when it started the child.
    """
    (line,) = [line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:")]
    return float(line.split()[1]) * 1024


def train(kind: str) -> None:
    """Train for a few steps; `kind` is "plain", "curve" or "straightforward"."""
    cpu = torch.device("cpu")
    images = images_of(STEPS * BATCH, cpu)
    batches, draws = batches_of(images, BATCH), named_generator(0, "benchmark t")
    model = build(NAME, num_classes=CLASSES)
    start, end = controls_of(NAME, cpu, 2) if kind != "plain" else (*controls_of(NAME, cpu, 1), {})
    if kind == "plain":
        train_endpoint(model, start, batches, RECIPE, Precision())
        return
    path = Bezier([start, *linear_bends(start, end), end])
    if kind == "curve":
        fit_bends(model, path, batches, RECIPE, Precision(), draws)
        return
    net = CurveNet(model, path.controls)
    Training(net, loader(images, batches.scaling, 0, training=True, batch_size=BATCH), cpu).run(STEPS)


if __name__ == "__main__":
    train(sys.argv[1])
    print(held_at_most())
