"""Measures what a step of curve training asks of the device: dispatches and, on a GPU, waits and memory."""

import warnings

import torch
from torch.nn.functional import cross_entropy

from benchmarks.kernels import Kernels
from benchmarks.setting import BATCH, CLASSES, Setting, batches_of, images_of
from benchmarks.table import Row
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.models import build
from mode_connectivity.paths import Bezier, linear_bends
from mode_connectivity.paths.fitting import fit_bends
from mode_connectivity.training import Recipe

NETWORKS = ("vgg16", "resnet18")
FEW, MORE = 2, 4  # steps; what more of them add is what a step takes
SMALL_BATCH, WIDTH = 4, 1 / 16  # the counts do not depend on them


def measure(setting: Setting) -> list[Row]:
    """Return dispatched operations a step beside those of the network alone; on a GPU waits and peak memory too."""
    rows = []
    for name in NETWORKS:
        counts = [_counted(name, setting, steps) for steps in (FEW, MORE)]
        step = (counts[1] - counts[0]) / (MORE - FEW)
        rows.append(Row(f"dispatches a step, {name}", step, "", "forward and backward alone", _network(name, setting)))
    if setting.name == "cuda":
        rows += [_waits(setting), _memory(setting)]
    return rows


def _fit(name: str, setting: Setting, steps: int, batch: int, width: float) -> None:
    torch.manual_seed(0)
    model = build(name, num_classes=CLASSES, width=width).to(setting.device)
    start = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    path = Bezier([start, *linear_bends(start, start), start])
    recipe = Recipe(epochs=1, batch_size=batch, learning_rate=1e-4, weight_decay=5e-4, clip_norm=1.0)
    batches = batches_of(images_of(steps * batch, setting.device), batch)
    fit_bends(model, path, batches, recipe, Precision(device=setting.name), named_generator(0, "benchmark t"))


def _counted(name: str, setting: Setting, steps: int) -> int:
    kernels = Kernels()
    with kernels:
        _fit(name, setting, steps, SMALL_BATCH, WIDTH)
    return kernels.count.total()


def _network(name: str, setting: Setting) -> float:
    model = build(name, num_classes=CLASSES, width=WIDTH).to(setting.device)
    images, labels = next(iter(batches_of(images_of(SMALL_BATCH, setting.device), SMALL_BATCH)))
    kernels = Kernels()
    with kernels:
        torch.autograd.grad(cross_entropy(model(images), labels), list(model.parameters()))
    return float(kernels.count.total())


def _waits(setting: Setting) -> Row:
    """Return how often the host waits for the GPU in a step, by torch's own watch."""
    counts = []
    for steps in (FEW, MORE):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            torch.cuda.set_sync_debug_mode("warn")
            _fit("vgg16", setting, steps, SMALL_BATCH, WIDTH)
            torch.cuda.set_sync_debug_mode("default")
        counts.append(len(seen))
    return Row("waits for the GPU a step, vgg16", (counts[1] - counts[0]) / (MORE - FEW), "", target="0")


def _memory(setting: Setting) -> Row:
    torch.cuda.reset_peak_memory_stats()
    _fit("vgg16", setting, FEW, BATCH, 1.0)
    return Row("GPU memory of curve training, vgg16", torch.cuda.max_memory_allocated() / 2**20, "MB")
