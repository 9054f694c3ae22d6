"""Measures curve training in images a second, against a straightforward implementation and the machine's own rate."""

from collections.abc import Mapping
from functools import partial

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.matrix_product import precisions_that_pay, product
from benchmarks.setting import BATCH, CLASSES, Setting, batches_of, curve_of, images_of
from benchmarks.straightforward.curve import Training
from benchmarks.straightforward.loading import loader
from benchmarks.straightforward.mixing import CurveNet
from benchmarks.table import Row, times
from benchmarks.timing import Work, interleaved, once
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.models import build
from mode_connectivity.paths import Bezier
from mode_connectivity.paths.fitting import fit_bends
from mode_connectivity.training import Recipe

NAME = "vgg16"
STEPS = {"cpu": 2, "cuda": 100}  # training steps in one timed run
WORKERS = (0, 1, 2)
RECIPE = Recipe(epochs=1, batch_size=BATCH, learning_rate=1e-4, weight_decay=5e-4, clip_norm=1.0)
SHARES = {"fp32": ">= 60 %", "tf32": "", "bf16": ">= 30 %"}


def measure(setting: Setting) -> list[Row]:
    """Return images a second, and the share of the machine's rate.

    VGG16 at width 1 without normalisation, batch 128: ours in the precisions that pay here, the other's in fp32.
    """
    steps = STEPS[setting.name]
    path = curve_of(NAME, setting.device)
    workers, training = _best_straightforward(path, setting)
    precisions = precisions_that_pay(setting.device)
    products = {precision: product(precision, setting.device) for precision in precisions}
    contenders: dict[str, Work] = {p: _ours(path, setting, p, steps) for p in precisions}
    graphs = precisions if setting.name == "cuda" else []
    contenders |= {f"graph {p}": _ours(path, setting, p, steps, graphs=True) for p in graphs}
    contenders |= {f"product {p}": products[p][0] for p in precisions}
    contenders["straightforward"] = lambda: training.run(steps)
    seconds = interleaved(contenders, setting.rounds)

    flops = step_flops(build(NAME, num_classes=CLASSES), BATCH) * steps
    theirs = seconds["straightforward"]
    speeds, shares = [], []
    for p in precisions:
        ours, rate = seconds[p], products[p][1] / seconds[f"product {p}"]
        speeds.append(
            Row(
                f"curve training, {p}",
                steps * BATCH / ours,
                "images/s",
                f"straightforward, fp32, {workers} workers",
                steps * BATCH / theirs,
                times(theirs, ours),
                ">= 3 x",
            )
        )
        share = f"{flops / ours / rate:.0%}"
        shares.append(
            Row(f"its arithmetic, {p}", flops / ours / 1e9, "GFLOP/s", "matrix product", rate / 1e9, share, SHARES[p])
        )
    return [*speeds, *[_of_graph(p, steps, seconds) for p in graphs], *shares]


def _of_graph(precision: str, steps: int, seconds: Mapping[str, float]) -> Row:
    """Return the row of a step replayed as a graph, beside the same step launched kernel by kernel."""
    graph, launched = (steps * BATCH / seconds[name] for name in (f"graph {precision}", precision))
    ratio = times(seconds[precision], seconds[f"graph {precision}"])
    return Row(f"curve training, replayed, {precision}", graph, "images/s", "launched", launched, ratio)


def step_flops(model: nn.Module, batch: int, backward: bool = True) -> float:
    """Return the floating-point operations of a forward (and backward) pass on `batch` images, counted, not run."""
    state: Mapping[str, Tensor] = {
        name: tensor.to("meta").requires_grad_(tensor.is_floating_point())
        for name, tensor in model.state_dict().items()
    }
    images, labels = torch.empty(batch, 3, 32, 32, device="meta"), torch.empty(batch, dtype=torch.long, device="meta")
    counter = FlopCounterMode(display=False)
    with counter:
        loss = cross_entropy(functional_call(model, dict(state), (images,)), labels)
        if backward:
            loss.backward()
    return float(counter.get_total_flops())


def _ours(path: Bezier, setting: Setting, precision: str, steps: int, graphs: bool = False) -> Work:
    model = build(NAME, num_classes=CLASSES).to(setting.device)
    batches = batches_of(images_of(steps * BATCH, setting.device))
    arithmetic = Precision(precision, setting.name, graphs)
    return lambda: fit_bends(model, path, batches, RECIPE, arithmetic, named_generator(0, "benchmark t"))


def _best_straightforward(path: Bezier, setting: Setting) -> tuple[int, Training]:
    """Return the number of workers with which it runs fastest, and the training ready to go on."""
    images = images_of(64 * BATCH, setting.device)
    scaling = batches_of(images).scaling
    timed: list[tuple[float, int, Training]] = []
    for workers in WORKERS:
        net = CurveNet(build(NAME, num_classes=CLASSES), path.controls)
        training = Training(net, loader(images, scaling, workers, training=True), setting.device)
        training.run(1)
        timed.append((once(partial(training.run, STEPS[setting.name])), workers, training))
    _, workers, training = min(timed, key=lambda each: each[0])
    return workers, training
