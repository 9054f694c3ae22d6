"""Measures the derivation of a network's permutation symmetry, its check in float64 included."""

import torch

from benchmarks.setting import CLASSES, Setting
from benchmarks.table import Row
from benchmarks.timing import interleaved
from mode_connectivity.models import build
from mode_connectivity.symmetry import Symmetry

NETWORKS = ("vgg16", "resnet18", "torchvision.models:densenet121")


def measure(setting: Setting) -> list[Row]:
    """Return the seconds for networks of width 1, derived from two images of 32x32."""
    images = torch.randn(2, 3, 32, 32, device=setting.device)
    models = {name: build(name, num_classes=CLASSES).to(setting.device) for name in NETWORKS}
    contenders = {name: lambda m=model: Symmetry.derive(m, images) for name, model in models.items()}
    seconds = interleaved(contenders, setting.rounds)
    return [Row(f"symmetry of {name.rpartition(':')[2]}", seconds[name], "s") for name in NETWORKS]
