"""Fits a path with the batches of a stranger's own loop."""

from collections.abc import Callable

from torch import nn

from mode_connectivity.data.sets import Batches, OnDevice
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.models import bare, modes_kept, trained_parameters
from mode_connectivity.paths.fitting import fit_bends
from mode_connectivity.paths.path import Path
from mode_connectivity.paths.restrict import Mask
from mode_connectivity.training import Epoch, Recipe
from mode_connectivity.training.objective import Loss


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
    loss: Loss | None = None,
    on_epoch: Callable[[Epoch], None] | None = None,
) -> Path:
    """Return a path of the same kind and ends whose bends minimise the mean loss over t ~ U(0, 1).

    `model` gives the forward pass; its own weights, buffers and modes stay as they are, and so does `path`. `loader` is
    any iterable with a length of (inputs, targets), such as a `DataLoader`. Inputs are a tensor, a tuple of positional
    or a dict of keyword arguments; of outputs that are a tuple the first is taken, of others `.logits` where there are
    any. `loss(outputs, targets)` returns a scalar; None is the cross entropy of (N, C) and whole labels (N,).

    The parameters that require gradients move, tied ones as one. Buffers and frozen parameters lie on the straight
    line. A parameter that the loss does not depend on has no gradient and stays where its bend starts. Distances along
    the path returned count what moved (see `Path.counting`).

    The step is that of `paths.fitting` (Garipov et al. 2018, section 3.1, eq. 2). `weight_decay` acts on the point W_t.
    `clip_norm` c: where the gradient g of all bends together has |g| > c it is scaled to c g / |g| before the momentum;
    None leaves it. `on_epoch` is given the `Epoch` just done: mean loss, accuracy (nan where it is not defined) and the
    last learning rate. Training runs on the device of the path. t is drawn from (`seed`, "curve t"), dropout from
    torch's global generator, the order of the data is the loader's. A model in training mode keeps parts of it that
    are in evaluation mode there. `graphs` replays the step as a CUDA graph on a GPU, for a forward pass that does the
    same in every step.

    Raises:
        ValueError: the path has no bends, the mask does not fit it, nothing moves, or the loss does not take what the
            model returns.
        Diverged: the loss of an epoch is not finite.
    """
    model = bare(model)
    if len(path.controls) < 3:
        raise ValueError("a path of two ends has no bends to train; give for example Bezier([start, middle, end])")
    device = next(iter(path.controls[0].values())).device
    buffers = {name: tensor.to(device) for name, tensor in model.named_buffers()}
    whole = type(path)([{**buffers, **point} for point in path.controls], copy=False)
    recipe = Recipe(epochs, 0, learning_rate, momentum, weight_decay, schedule, clip_norm)
    with modes_kept(model):
        bends, _ = fit_bends(
            model,
            whole,
            OnDevice(loader, device),
            recipe,
            Precision(precision, device.type, graphs),
            named_generator(seed, "curve t"),
            mask=mask,
            title=title,
            loss=loss,
            on_epoch=on_epoch,
        )
    start, end = path.controls[0], path.controls[-1]
    fitted = [start, *({name: bend[name] for name in start} for bend in bends), end]
    return type(path)(fitted, parameters=trained_parameters(model, start), copy=False)
