"""Reads how a network's units respond to a batch of inputs."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from torch import Tensor, nn

from mode_connectivity.symmetry.axes import Block
from mode_connectivity.symmetry.sites import Site
from mode_connectivity.training.objective import output_of


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
