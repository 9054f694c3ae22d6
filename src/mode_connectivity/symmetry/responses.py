"""Reads how the units of two networks respond to a batch of inputs, and correlates them over many batches."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from mode_connectivity.symmetry.axes import Block
from mode_connectivity.symmetry.sites import Site
from mode_connectivity.training.objective import output_of

CACHED = 2**17  # entries taken at once, so that their float64 copies stay in the cache


class Moments:
    """Sums first and second moments of x (units, samples) and y (units, samples) in float64 over batches.

    They are taken about the first batch's means, so that no digits are lost where a mean is large.
    """

    def __init__(self) -> None:
        self.samples = 0

    def add(self, x: Tensor, y: Tensor) -> None:
        """Add one more batch, of any floating-point type; neither x nor y is written to."""
        if self.samples == 0:
            self.shift_x, self.shift_y = (each.mean(dim=1, keepdim=True).double() for each in (x, y))
            self.x, self.y, self.xx, self.yy = self.shift_x.new_zeros(4, len(x)).unbind()
            self.xy = self.shift_x.new_zeros(len(x), len(y))
        self.samples += x.shape[1]
        size = max(1, CACHED // len(x))
        for left, right in zip(torch.split(x, size, dim=1), torch.split(y, size, dim=1), strict=True):
            self._add(left.double() - self.shift_x, right.double() - self.shift_y)

    def _add(self, x: Tensor, y: Tensor) -> None:
        self.x += x.sum(dim=1)
        self.y += y.sum(dim=1)
        self.xx += torch.linalg.vecdot(x, x)
        self.yy += torch.linalg.vecdot(y, y)
        self.xy.addmm_(x, y.T)

    def correlation(self) -> Tensor:
        """Return corr(x_u, y_v), (units, units); 0 where a unit does not vary."""
        covariance = self.xy - torch.outer(self.x, self.y) / self.samples
        variances = (self.xx - self.x.square() / self.samples, self.yy - self.y.square() / self.samples)
        spread_x, spread_y = (variance.clamp(min=0).sqrt() for variance in variances)
        return (covariance / torch.outer(spread_x, spread_y)).nan_to_num(0.0, 0.0, 0.0)


class Place(NamedTuple):
    """Names a group's block of a module's outputs."""

    module: str
    start: int
    block: Block


Receiver = Callable[[Place, Tensor], None]
Responses = defaultdict[Place, deque[Tensor]]


def respond(
    model: nn.Module, sites: Iterable[Site], state: Mapping[str, Tensor], inputs: Any, receive: Receiver
) -> None:
    """Run one forward pass; `receive` gets the responses (units, samples) at every place as they come, to read then.

    Where units have units of their own, the responses are of each entry of the block.
    """
    with _watched(model, sites, receive):
        output_of(model, state, inputs)


def collect(model: nn.Module, sites: Iterable[Site], state: Mapping[str, Tensor], inputs: Any) -> Responses:
    """Return copies of the responses of one forward pass by place, several where a module runs several times."""
    seen: Responses = defaultdict(deque)
    respond(model, sites, state, inputs, lambda place, units: seen[place].append(units.clone()))
    return seen


@contextmanager
def _watched(model: nn.Module, sites: Iterable[Site], receive: Receiver) -> Iterator[None]:
    def watch(site: Site) -> Callable[[nn.Module, Any, Tensor], None]:
        def hook(_module: nn.Module, _args: Any, output: Tensor) -> None:
            start = 0
            for block in site.axis:
                if block.group is not None:
                    entries = output.narrow(site.dim, start, block.size)
                    units = block.size if block.within else block.units
                    receive(Place(site.module, start, block), _by_unit(entries, site.dim, units))
                start += block.size

        return hook

    with ExitStack() as stack:
        for site in sites:
            stack.callback(model.get_submodule(site.module).register_forward_hook(watch(site)).remove)
        yield


def _by_unit(entries: Tensor, dim: int, units: int) -> Tensor:
    """Return (units, samples) in the order in which the entries lie in memory, if possible without a copy."""
    if entries.stride(dim) == 1 and entries.shape[dim] == units:
        return entries.movedim(dim, -1).reshape(-1, units).T
    return entries.movedim(dim, 0).reshape(units, -1)
