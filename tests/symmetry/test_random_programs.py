"""Networks drawn at random out of views, products and sums: what was derived of them is right, whatever they do."""

from collections.abc import Callable
from random import Random

import pytest
import torch
from torch import Tensor, nn

from mode_connectivity.symmetry import Symmetry, UnsupportedModule

INPUTS = torch.randn(2, 3, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
Step = Callable[[Tensor, int, Random], Tensor]


def cut_up(x: Tensor, dim: int, draws: Random) -> Tensor:
    size = x.shape[dim]
    first = draws.choice([d for d in range(1, size + 1) if size % d == 0])
    return x.unflatten(dim, (first, size // first)) if x.ndim < 6 else x


def turned(x: Tensor, _dim: int, draws: Random) -> Tensor:
    order = list(range(1, x.ndim))
    draws.shuffle(order)
    return x.permute(0, *order)


def piece(x: Tensor, dim: int, draws: Random) -> Tensor:
    start = draws.randrange(x.shape[dim])
    return x.narrow(dim, start, draws.randint(1, x.shape[dim] - start))


def expanded(x: Tensor, dim: int, _: Random) -> Tensor:
    return x.unsqueeze(dim).expand(*x.shape[:dim], 2, *x.shape[dim:]) if x.ndim < 6 else x


def written(x: Tensor, dim: int, _: Random) -> Tensor:
    copy = x.clone()
    copy.narrow(dim, 0, 1).mul_(2.0)
    return copy


STEPS: list[Step] = [
    *(cut_up, cut_up, turned, turned, piece, expanded, written),
    *(lambda x, dim, _: x.flatten(dim - 1, dim) if dim > 1 else x, lambda x, _dim, _: torch.tanh(x)),
    *(lambda x, dim, _: torch.softmax(x, dim), lambda x, dim, _: x - x.mean(dim, keepdim=True)),
    *(lambda x, dim, _: x.sum(dim) if x.ndim > 3 else x, lambda x, dim, _: x / x.norm(dim=dim, keepdim=True)),
    *(lambda x, dim, _: torch.cat([x, torch.sin(x)], dim), lambda x, dim, _: x.roll(1, dim)),
    *(lambda x, dim, draws: torch.stack(x.unbind(dim), draws.randrange(1, x.ndim)),),
    *(lambda x, _dim, _: torch.softmax(x @ x.mT, -1) @ torch.sin(x), lambda x, _dim, _: x.mT @ x),
    *(lambda x, dim, _: torch.mul(*x.chunk(2, dim)) if x.shape[dim] % 2 == 0 else x,),
    *(lambda x, dim, draws: x.select(dim, draws.randrange(x.shape[dim])) if x.ndim > 3 else x,),
]


class Program(nn.Module):
    """A linear layer, steps with a parameter here and there, and a linear layer on all that is left."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed = seed
        self.first = nn.Linear(5, Random(seed).choice([8, 12, 16, 24]))
        self.gains = nn.ParameterList()
        self.double()
        self.last = nn.Linear(self.body(INPUTS).shape[1], 3).double()

    def body(self, inputs: Tensor) -> Tensor:
        draws = Random(self.seed)
        x: Tensor = self.first(inputs)
        for place in range(draws.randint(4, 9)):
            x = draws.choice(STEPS)(x, draws.randrange(1, x.ndim), draws)
            if len(self.gains) == place:
                start = draws.randrange(1, x.ndim)
                shape = x.shape[start:] if draws.random() < 0.3 else (1,)
                self.gains.append(nn.Parameter(torch.rand(shape, dtype=x.dtype) + 0.5))
            else:
                draws.randrange(1, x.ndim), draws.random()
            x = x * self.gains[place]
            if x.numel() > 4000:
                x = x.flatten(1)[:, :500].unsqueeze(1)
        return x.flatten(1)

    def forward(self, inputs: Tensor) -> Tensor:
        logits: Tensor = self.last(self.body(inputs))
        return logits


@pytest.mark.parametrize("seeds", [range(start, start + 30) for start in range(0, 150, 30)])
def test_what_is_derived_of_a_random_program_keeps_its_outputs(seeds: range) -> None:
    for seed in seeds:
        torch.manual_seed(seed)
        model = Program(seed)
        try:
            symmetry = Symmetry.derive(model, INPUTS, verify=False)
        except UnsupportedModule:
            continue
        state, draws = model.state_dict(), torch.Generator().manual_seed(seed)
        p, q = symmetry.random(draws), symmetry.random(draws)
        moved = symmetry.apply(state, p)
        with torch.no_grad():
            before = model(INPUTS)
            after = torch.func.functional_call(model, moved, (INPUTS,))
        assert (after - before).abs().max() <= 1e-9 * before.abs().max(), seed
        both, one = symmetry.apply(moved, q), symmetry.apply(state, symmetry.compose(p, q))
        assert all(torch.equal(both[name], one[name]) for name in state), seed
