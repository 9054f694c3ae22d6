"""Recomputes running statistics of normalisations at a point of a path; those of its neighbours do not fit it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from mode_connectivity.data.sets import Batches, OnDevice
from mode_connectivity.measures.point import as_named, completed, device_of
from mode_connectivity.models import NORMS, bare, modes_kept
from mode_connectivity.training.objective import output_of


class Pooled:
    """Sums count, mean and squared deviations from it of each channel over batches, in float64 (Chan et al. 1979).

    Two sets with counts n, m, means a, b and sums of squared deviations A, B have together n + m values, the mean
    a + (b - a) m / (n + m) and the sum A + B + (b - a)^2 n m / (n + m).
    """

    def __init__(self) -> None:
        self.count = 0
        self.mean = self.squares = torch.zeros((), dtype=torch.float64)

    def add(self, count: int, mean: Tensor, variance: Tensor, correction: int = 0) -> None:
        """Add a batch by its mean and variance (C,), whose divisor is `count - correction`."""
        mean = mean.to(torch.float64, copy=True)
        squares = variance.double() * (count - correction)
        if not self.count:
            self.count, self.mean, self.squares = count, mean, squares
            return
        total, step = self.count + count, mean - self.mean
        self.mean = self.mean + step * (count / total)
        self.squares = self.squares + squares + step.square() * (self.count * count / total)
        self.count = total

    def variance(self, correction: int = 0) -> Tensor:
        """Return the variance (C,), with the divisor `count - correction`."""
        return self.squares / (self.count - correction)


class TooFewValues(Exception):
    """Ends a pass in which a normalisation sees one value a channel, which has no variance."""


@torch.no_grad()
def recalibrate(model: nn.Module, state: Mapping[str, Tensor], batches: Batches) -> dict[str, Tensor]:
    """Return a copy of `state` whose running means and variances are those of all of `batches` together.

    The network runs once over the batches in evaluation mode, in which its normalisations alone use the statistics of
    the batch (Izmailov et al. 2018, section 3.2). Of a batch norm that saw n values a channel in all (images x
    positions), the mean is that of all n, and the variance that of all n with the divisor n - 1: batches of any sizes
    are pooled exactly, in float64, and no average of variances is taken. An instance norm gets the means of each
    image's mean and variance (divisor positions - 1), as in training. `num_batches_tracked` counts the passes.

    A batch in which a norm sees a single value a channel has no variance: it is left out for all norms. A norm that
    does not run keeps its statistics. The model is left as it was.

    Raises:
        ValueError: no batch is left.
    """
    model, names = bare(model), list(state)
    fresh = {name: tensor.clone() for name, tensor in completed(model, state).items()}
    norms = {name: module for name, module in model.named_modules() if keeps_statistics(module)}
    seen: dict[str, _Statistics] = {name: _Statistics(norm) for name, norm in norms.items()}
    passes = 0
    with batch_statistics(model):
        hooks = [norm.register_forward_hook(seen[name].see) for name, norm in norms.items()]
        try:
            for inputs, _ in OnDevice(batches, device_of(state)) if norms else ():
                passes += _whole_pass(model, fresh, inputs, seen)
        finally:
            for hook in hooks:
                hook.remove()
    if norms and not passes:
        raise ValueError("recalibration needs a batch that gives every normalisation more than one value a channel")
    written = [
        each for name, statistics in seen.items() for each in statistics.write(fresh, f"{name}." if name else "")
    ]
    return as_named(model, fresh, [*names, *written])


def keeps_statistics(module: nn.Module) -> bool:
    """Return whether a module is a normalisation with running statistics."""
    return isinstance(module, NORMS) and module.track_running_stats


@contextmanager
def batch_statistics(model: nn.Module) -> Iterator[None]:
    """Set evaluation mode, in which normalisations with running statistics use those of the batch.

    They write them, mean and unbiased variance, over the running ones of the state that a pass is given. Modes and
    momenta are put back.

    Raises:
        TooFewValues: within, in a pass in which one of them sees a single value a channel.
    """
    norms: list[Any] = [module for module in model.modules() if keeps_statistics(module)]
    momenta = [norm.momentum for norm in norms]
    hooks = [norm.register_forward_pre_hook(_check) for norm in norms]
    with modes_kept(model):
        model.eval()
        try:
            for norm in norms:
                norm.train()
                norm.momentum = 1.0
            yield
        finally:
            for norm, momentum, hook in zip(norms, momenta, hooks, strict=True):
                hook.remove()
                norm.momentum = momentum


def _check(norm: Any, args: Any) -> None:
    if args and _values(norm, args[0]) < 2:
        raise TooFewValues


def _values(norm: nn.Module, inputs: Tensor) -> int:
    """Return how many values each statistic of a pass is computed of."""
    of_an_image = inputs[0, 0].numel()
    return of_an_image * len(inputs) if isinstance(norm, nn.modules.batchnorm._BatchNorm) else of_an_image


def _whole_pass(model: nn.Module, state: Mapping[str, Tensor], inputs: Any, seen: Mapping[str, "_Statistics"]) -> bool:
    """Run one batch; return whether it came through, and count it only then."""
    try:
        output_of(model, state, inputs)
    except TooFewValues:
        for statistics in seen.values():
            statistics.pending.clear()
        return False
    for statistics in seen.values():
        statistics.count()
    return True


class _Statistics:
    """Gathers the statistics of one normalisation over the passes."""

    def __init__(self, norm: nn.Module) -> None:
        self.pending: list[tuple[int, Tensor, Tensor]] = []  # of the present pass
        self._pools = isinstance(norm, nn.modules.batchnorm._BatchNorm)
        self._runs, self._all, self._variances = 0, Pooled(), Pooled()

    def see(self, norm: Any, _args: Any, output: Tensor) -> None:
        """Keep what the norm has just written; a hook."""
        count = _values(norm, output) if self._pools else len(output)
        self.pending.append((count, norm.running_mean.double().clone(), norm.running_var.double().clone()))

    def count(self) -> None:
        """Add the statistics of a pass that came through."""
        for count, mean, variance in self.pending:
            self._all.add(count, mean, variance, 1)
            self._variances.add(count, variance, torch.zeros_like(variance))
        self._runs += len(self.pending)
        self.pending.clear()

    def write(self, state: Mapping[str, Tensor], prefix: str) -> list[str]:
        """Write the statistics of all passes into the buffers that begin with `prefix`; return the names of these."""
        if not self._runs:
            return []
        mean, variance, count = (f"{prefix}{name}" for name in ("running_mean", "running_var", "num_batches_tracked"))
        state[mean].copy_(self._all.mean)
        state[variance].copy_(self._all.variance(1) if self._pools else self._variances.mean)
        state[count].fill_(self._runs)
        return [mean, variance, count]
