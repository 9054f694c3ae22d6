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
from benchmarks.table import Row, share, speed
from benchmarks.timing import Work, interleaved, once
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.models import build
from mode_connectivity.paths import Bezier
from mode_connectivity.paths.fitting import fit_bends
from mode_connectivity.training import Recipe

NAME = "vgg16"
MORE = {"cpu": (), "cuda": ("resnet18",)}  # of which there is no straightforward form
STEPS = {"cpu": 6, "cuda": 100}  # training steps in one timed run: of few, our check of the end is a large part
WORKERS = (0, 1, 2)
RECIPE = Recipe(epochs=1, batch_size=BATCH, learning_rate=1e-4, weight_decay=5e-4, clip_norm=1.0)
SHARES = {"fp32": ">= 60 %", "tf32": "", "bf16": ">= 30 %"}


def measure(setting: Setting) -> list[Row]:
    """Return images a second, and the share of the machine's rate, of training with batches of 128 at width 1.

    VGG16 without normalisation in the precisions that pay here beside the other's in fp32; on a GPU ResNet-18 as well.
    """
    straightforward = _best_straightforward(setting)
    return [
        *_rows(NAME, setting, *straightforward),
        *[row for name in MORE[setting.name] for row in _rows(name, setting)],
    ]


def _rows(name: str, setting: Setting, against: str = "", theirs: Work | None = None) -> list[Row]:
    steps, path = STEPS[setting.name], curve_of(name, setting.device)
    precisions = precisions_that_pay(setting.device)
    graphs = precisions if setting.name == "cuda" else []
    products = {p: product(p, setting.device) for p in precisions}
    contenders: dict[str, Work] = {p: _ours(name, path, setting, p, steps) for p in precisions}
    contenders |= {f"graph {p}": _ours(name, path, setting, p, steps, graphs=True) for p in graphs}
    contenders |= {f"product {p}": products[p][0] for p in precisions}
    contenders |= {} if theirs is None else {"straightforward": theirs}
    seconds = interleaved(contenders, setting.rounds)

    images, work = steps * BATCH, steps * step_flops(build(name, num_classes=CLASSES), BATCH)
    rates = {p: products[p][1] / seconds[f"product {p}"] for p in precisions}
    other = seconds.get("straightforward")
    title = f"curve training, {name}"
    return [
        *[speed(f"{title}, {p}", images, seconds[p], against, other, ">= 3 x") for p in precisions],
        *[speed(f"{title}, replayed, {p}", images, seconds[f"graph {p}"], "launched", seconds[p]) for p in graphs],
        *[share(f"its arithmetic, {name}, {p}", work, seconds[p], rates[p], SHARES[p]) for p in precisions],
        *[
            share(f"its arithmetic, {name}, replayed, {p}", work, seconds[f"graph {p}"], rates[p], SHARES[p])
            for p in graphs
        ],
    ]


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


def _ours(name: str, path: Bezier, setting: Setting, precision: str, steps: int, graphs: bool = False) -> Work:
    model = build(name, num_classes=CLASSES).to(setting.device)
    batches = batches_of(images_of(steps * BATCH, setting.device), BATCH)
    arithmetic = Precision(precision, setting.name, graphs)
    return lambda: fit_bends(model, path, batches, RECIPE, arithmetic, named_generator(0, "benchmark t"))


def _best_straightforward(setting: Setting) -> tuple[str, Work]:
    """Return what it is, with the number of workers with which it runs fastest, and its training ready to go on."""
    images, path, steps = images_of(64 * BATCH, setting.device), curve_of(NAME, setting.device), STEPS[setting.name]
    scaling = batches_of(images).scaling
    timed: list[tuple[float, int, Work]] = []
    for workers in WORKERS:
        net = CurveNet(build(NAME, num_classes=CLASSES), path.controls)
        training = Training(net, loader(images, scaling, workers, training=True), setting.device)
        training.run(1)
        work = partial(training.run, steps)
        timed.append((once(work), workers, work))
    _, workers, fastest = min(timed, key=lambda each: each[0])
    return f"straightforward, fp32, {workers} workers", fastest
