"""Fits a path with the batches of a stranger's own loop."""

from torch import nn

from mode_connectivity.datasets import Batches, OnDevice
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.paths.fitting import fit_bends
from mode_connectivity.paths.path import Path, State
from mode_connectivity.paths.restrict import Mask
from mode_connectivity.training import Recipe


def fit(
    model: nn.Module,
    path: Path,
    loader: Batches,
    *,
    epochs: int,
    learning_rate: float,
    momentum: float = 0.9,
    weight_decay: float = 0.0,
    schedule: str = "garipov",
    clip_norm: float | None = 1.0,
    precision: str = "fp32",
    seed: int = 0,
    mask: Mask | None = None,
    title: str = "curve",
    graphs: bool = False,
) -> Path:
    """Return a path of the same kind and ends whose bends minimise the mean cross entropy over t ~ U(0, 1).

    `model` gives the forward pass, `f(inputs)` of shape (N, classes); its own weights, buffers and mode stay as they
    are, and so does `path`. `loader` is any iterable with a length of (inputs, labels), such as a `DataLoader`; inputs
    may have any shape. Training runs on the device of the path. t is drawn from (`seed`, "curve t"), dropout from
    torch's global generator, the order of the data is the loader's. The step is that of `paths.fitting` (Garipov et
    al. 2018, section 3.1, eq. 2). `graphs` replays it as a CUDA graph on a GPU, for a forward pass that does the same
    in every step.

    Raises:
        ValueError: the path has no bends, or the mask does not fit it.
        Diverged: the loss of an epoch is not finite.
    """
    if len(path.controls) < 3:
        raise ValueError("a path of two ends has no bends to train; give for example Bezier([start, middle, end])")
    device = next(iter(path.controls[0].values())).device
    buffers = {name: tensor.to(device) for name, tensor in model.named_buffers()}
    whole = type(path)([{**{name: t.clone() for name, t in buffers.items()}, **point} for point in path.controls])
    recipe = Recipe(epochs, 0, learning_rate, momentum, weight_decay, schedule, clip_norm)
    mode = model.training
    try:
        bends, _ = fit_bends(
            model,
            whole,
            OnDevice(loader, device),
            recipe,
            Precision(precision, device.type, graphs),
            named_generator(seed, "curve t"),
            mask=mask,
            title=title,
        )
    finally:
        model.train(mode)
    return type(path)([path.controls[0], *(_part(bend, path.controls[0]) for bend in bends), path.controls[-1]])


def _part(bend: State, names: State) -> State:
    return {name: bend[name] for name in names}
