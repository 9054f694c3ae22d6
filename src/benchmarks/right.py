"""Checks what only the device itself can tell: that trainings repeat, resume and replay there, and agree with a CPU."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.matrix_product import precisions_that_pay
from benchmarks.setting import CLASSES, Setting, batches_of, images_of
from benchmarks.table import Row
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.models import build
from mode_connectivity.paths import Bezier, linear_bends
from mode_connectivity.paths.fitting import fit_bends
from mode_connectivity.training import Recipe, Snapshot

NETWORKS: dict[str, dict[str, Any]] = {
    "vgg16": {"name": "vgg16", "dropout": 0.5},
    "vgg16 with norm": {"name": "vgg16", "batch_norm": True},
    "resnet18": {"name": "resnet18"},
    "vgg13_strided": {"name": "vgg13_strided"},
}
WIDTH, BATCH, STEPS, KILLED_AFTER = 1 / 8, 16, 6, 4
RECIPE = Recipe(epochs=1, batch_size=BATCH, learning_rate=1e-3, weight_decay=5e-4, clip_norm=1.0)
Bits = dict[str, Tensor]


class Killed(Exception):
    """Ends a training in its middle."""


class KilledOnce:
    """Keeps the state of a training after some steps, and ends it there the first time."""

    def __init__(self) -> None:
        self.steps = 0
        self.kept: Snapshot | None = None

    def restore(self) -> Snapshot | None:
        return self.kept

    def due(self) -> bool:
        self.steps += 1
        return self.steps == KILLED_AFTER

    def keep(self, snapshot: Snapshot) -> None:
        if self.kept is None:
            self.kept = Snapshot({name: each.clone() for name, each in snapshot.tensors.items()}, snapshot.position)
            raise Killed


def measure(setting: Setting) -> list[Row]:
    """Return for each network and precision how many further trainings of a curve gave the bits of the first.

    One is run again, one is resumed where it was ended, and on a GPU one is replayed as a graph. Beside these stands
    the largest error of the logits in fp32, relative to their largest in float64 on the CPU.
    """
    rows = []
    for title, options in NETWORKS.items():
        for precision in precisions_that_pay(setting.device):
            ways = _further(options, setting.device, precision)
            rows.append(_row(f"{title}, {precision}", _bits(options, setting.device, precision), ways))
        rows.append(Row(f"error of logits, {title}", _error(options, setting.device), "", target="<= 1e-4"))
    return rows


def _further(options: dict[str, Any], device: torch.device, precision: str) -> dict[str, Callable[[], Bits]]:
    def resumed() -> Bits:
        keeper = KilledOnce()
        try:
            return _bits(options, device, precision, keeper=keeper)
        except Killed:
            torch.rand(3, device=device)  # another process would not stand where this one was ended
            return _bits(options, device, precision, keeper=keeper)

    ways = {"again": lambda: _bits(options, device, precision), "resumed": resumed}
    if device.type == "cuda":
        ways["replayed"] = lambda: _bits(options, device, precision, graphs=True)
    return ways


def _row(title: str, first: Bits, ways: dict[str, Callable[[], Bits]]) -> Row:
    same = {way: all(torch.equal(first[name], tensor) for name, tensor in work().items()) for way, work in ways.items()}
    others = [way for way, is_same in same.items() if not is_same]
    result = "all" if not others else f"not {', '.join(others)}"
    return Row(
        f"same bits {', '.join(ways)}: {title}", sum(same.values()), f"of {len(ways)}", result=result, target="all"
    )


def _bits(
    options: dict[str, Any],
    device: torch.device,
    precision: str,
    graphs: bool = False,
    keeper: KilledOnce | None = None,
) -> Bits:
    model = _network(options, device)
    start, end = (_network(options, device, seed).state_dict() for seed in (0, 1))
    path = Bezier([start, *linear_bends(start, end), end])
    batches, draws = batches_of(images_of(STEPS * BATCH, device), BATCH), named_generator(0, "benchmark t")
    torch.manual_seed(0)
    arithmetic = Precision(precision, device.type, graphs)
    bends, _ = fit_bends(model, path, batches, RECIPE, arithmetic, draws, keeper=keeper)
    return bends[0]


def _network(options: dict[str, Any], device: torch.device, seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return build(**options, num_classes=CLASSES, width=WIDTH).to(device)


def _error(options: dict[str, Any], device: torch.device) -> float:
    model, images = _network(options, torch.device("cpu")).eval(), torch.rand(BATCH, 3, 32, 32)
    with torch.no_grad():
        ours = _network(options, device).eval()(images.to(device)).cpu().double()
        exact = model.double()(images.double())
    return float((ours - exact).abs().max() / exact.abs().max())
