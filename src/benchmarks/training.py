"""Curve training and one point of a path, beside their plain forms."""

from functools import partial

import torch
from torch.nn.functional import cross_entropy
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.plain import loader, on_curve, score_pass, train_pass
from benchmarks.setting import BATCH, Setting, product_rate
from benchmarks.timing import Row, Work, interleaved
from mode_connectivity.datasets import Scaling
from mode_connectivity.evaluation import sweep
from mode_connectivity.paths import Bezier, linear_bends
from mode_connectivity.paths.fitting import fit
from mode_connectivity.training import Recipe

WORKERS = (0, 1, 2)


def step_operations(setting: Setting) -> int:
    """Floating-point operations of a forward and backward pass of one batch."""
    model = setting.network()
    images = torch.zeros(BATCH, 3, 32, 32, device=setting.device)
    with FlopCounterMode(display=False) as counter:
        cross_entropy(model(images), torch.zeros(BATCH, dtype=torch.long, device=setting.device)).backward()
    return int(counter.get_total_flops())


def curve_training(setting: Setting) -> list[Row]:
    images = setting.images()
    model = setting.network()
    state = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
    path = Bezier([state, *linear_bends(state, state), state])
    batches, draws = setting.training(images), torch.Generator().manual_seed(0)
    recipe = Recipe(epochs=1, batch_size=BATCH, learning_rate=1e-4, weight_decay=5e-4, schedule="garipov")

    def ours() -> None:
        fit(model, path, batches, recipe, setting.arithmetic(), draws)
        setting.settle()

    curve = on_curve(setting.network())
    trained = [parameter for parameter in curve.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=1e-4, momentum=0.9, weight_decay=5e-4)
    contenders: dict[str, Work] = {"ours": ours}
    if setting.device == "cpu":
        for workers in WORKERS:
            plain = loader(images, Scaling.of(images), workers, augmented=True)
            contenders[f"{workers} workers"] = partial(train_pass, curve, optimizer, plain, draws)
    seconds = interleaved(contenders, setting.rounds)
    rate = len(images) / seconds.pop("ours")
    share = step_operations(setting) / BATCH * rate / product_rate(setting)
    rows = [
        Row("curve training, VGG16 width 1, batch 128", f"{rate:.0f} images/s"),
        Row("  share of the matrix-product rate", f"{share:.0%}", "60 %" if setting.precision == "fp32" else "30 %"),
    ]
    if seconds:
        best = min(seconds, key=lambda name: seconds[name])
        plain_rate = len(images) / seconds[best]
        rows.append(
            Row("  over the plain form", f"{rate / plain_rate:.1f}x", "3x", f"{plain_rate:.0f} images/s, {best}")
        )
    return rows


def path_point(setting: Setting) -> list[Row]:
    images = setting.images()
    model = setting.network()
    state = {name: tensor.detach() for name, tensor in model.state_dict().items()}
    path = Bezier([state, state, state])
    scaling = Scaling.of(images)

    def ours() -> None:
        sweep(model, path.at, [0.5], {"train": images, "test": images}, scaling, setting.arithmetic())

    contenders: dict[str, Work] = {"ours": ours}
    if setting.device == "cpu":
        curve = on_curve(setting.network())
        for workers in WORKERS:
            plain = loader(images, scaling, workers, augmented=False)
            contenders[f"{workers} workers"] = lambda plain=plain: (score_pass(curve, plain), score_pass(curve, plain))  # type: ignore[misc]
    seconds = interleaved(contenders, setting.rounds)
    rate = 2 * len(images) / seconds.pop("ours")
    rows = [Row("one path point, VGG16 width 1", f"{rate:.0f} images/s")]
    if seconds:
        best = min(seconds, key=lambda name: seconds[name])
        plain_rate = 2 * len(images) / seconds[best]
        rows.append(
            Row("  over the plain form", f"{rate / plain_rate:.1f}x", "3x", f"{plain_rate:.0f} images/s, {best}")
        )
    return rows
