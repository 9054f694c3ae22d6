"""Makes and checks permutations as index vectors: new[u] = old[perm[u]]."""

from collections.abc import Iterable
from operator import index

import torch
from torch import Tensor


def identity(units: int) -> Tensor:
    return torch.arange(units)


def reverse(units: int) -> Tensor:
    """Return the mirror: unit u changes places with unit units - 1 - u."""
    return torch.arange(units - 1, -1, -1)


def random(units: int, generator: torch.Generator) -> Tensor:
    """Return a uniformly random permutation, on the CPU."""
    return torch.randperm(units, generator=generator, device=generator.device).cpu()


def swap(units: int, pairs: Iterable[tuple[int, int]], where: str) -> Tensor:
    """Return the involution that exchanges the units of each pair; `where` names the layer in errors.

    Raises:
        ValueError: a pair that is none, holds one unit twice, a unit out of range or a unit of another pair.
    """
    perm, taken = identity(units), set[int]()
    for pair in pairs:
        try:
            first, second = (index(unit) for unit in pair)
        except (TypeError, ValueError):
            raise ValueError(f"swap in {where}: {pair!r} is not a pair of unit indices") from None
        for unit in (first, second):
            if not 0 <= unit < units:
                raise ValueError(f"swap in {where}: unit {unit} is out of range, it has units 0 to {units - 1}")
        if first == second:
            raise ValueError(f"swap in {where}: unit {first} cannot be swapped with itself")
        if taken & {first, second}:
            raise ValueError(f"swap in {where}: unit {min(taken & {first, second})} is in more than one pair")
        taken |= {first, second}
        perm[first], perm[second] = second, first
    return perm


def invert(perm: Tensor) -> Tensor:
    """Return q with q[perm[u]] = u."""
    inverse = torch.empty_like(perm)
    inverse[perm] = torch.arange(len(perm))
    return inverse


def compose(first: Tensor, second: Tensor) -> Tensor:
    """Return the permutation that does `first`, then `second`: new[u] = middle[second[u]] = old[first[second[u]]]."""
    return first[second]


def checked(perm: Tensor, units: int, where: str) -> Tensor:
    """Return the permutation as a long tensor on the CPU.

    Raises:
        ValueError: it is no rearrangement of 0 .. units - 1.
    """
    perm = torch.as_tensor(perm).detach().cpu()
    if (
        perm.shape != (units,)
        or perm.is_floating_point()
        or not torch.equal(perm.long().sort().values, identity(units))
    ):
        raise ValueError(f"group {where}: not a permutation of its {units} units")
    return perm.long()


def chosen(units: int, wanted: Iterable[int], where: str) -> Tensor:
    """Return unit indices as a long tensor; `where` names the layer in errors.

    Raises:
        ValueError: a unit out of range.
    """
    numbers = [index(unit) for unit in wanted]
    for unit in numbers:
        if not 0 <= unit < units:
            raise ValueError(f"{where}: unit {unit} is out of range, it has units 0 to {units - 1}")
    return torch.tensor(numbers, dtype=torch.long)
