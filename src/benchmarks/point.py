"""Measures the scoring of one point of a path: loss and accuracy on train and test images."""

from functools import partial

from benchmarks.curve import NAME, step_flops
from benchmarks.matrix_product import precisions_that_pay, product
from benchmarks.setting import CLASSES, Setting, batches_of, curve_of, images_of
from benchmarks.straightforward.curve import score
from benchmarks.straightforward.loading import loader
from benchmarks.straightforward.mixing import CurveNet
from benchmarks.table import Row, share, speed
from benchmarks.timing import Work, interleaved
from mode_connectivity.data.sets import ScoringBatches
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.measures import sweep
from mode_connectivity.models import build

COUNTS = {"cpu": (768, 256), "cuda": (50_000, 10_000)}
T = 0.3
WORKERS = 1


def measure(setting: Setting) -> list[Row]:
    """Return images a second for VGG16 at width 1; the other keeps autograd on and loads batches of 128."""
    path, model = curve_of(NAME, setting.device), build(NAME, num_classes=CLASSES).to(setting.device)
    sets = {
        name: images_of(count, setting.device)
        for name, count in zip(("train", "test"), COUNTS[setting.name], strict=True)
    }
    scaling = batches_of(sets["train"]).scaling
    batches = {name: ScoringBatches(images, scaling) for name, images in sets.items()}
    net = CurveNet(model, path.controls).to(setting.device)
    loaders = [loader(images, scaling, WORKERS, training=False) for images in sets.values()]
    precisions = precisions_that_pay(setting.device)
    contenders: dict[str, Work] = {
        precision: partial(sweep, model, path, [T], batches, precision=Precision(precision, setting.name))
        for precision in precisions
    }
    contenders["straightforward"] = lambda: [score(net, T, each, setting.device) for each in loaders]
    products = {precision: product(precision, setting.device) for precision in precisions}
    contenders |= {f"product {precision}": products[precision][0] for precision in precisions}
    seconds = interleaved(contenders, setting.rounds)
    images = sum(COUNTS[setting.name])
    work = step_flops(build(NAME, num_classes=CLASSES), images, backward=False)
    against, theirs = f"straightforward, fp32, {WORKERS} worker", seconds["straightforward"]
    rates = {p: products[p][1] / seconds[f"product {p}"] for p in precisions}
    return [
        *[speed(f"path point, {p}", images, seconds[p], against, theirs, ">= 3 x") for p in precisions],
        *[share(f"its arithmetic, {p}", work, seconds[p], rates[p]) for p in precisions],
    ]
