"""Computes the share of a movement that rescales units without changing the function.

With a positively homogeneous activation (ReLU) a unit's incoming weights times c and its outgoing ones over c leave the
function as it is; before a batch norm, any positive factor on the incoming weights alone does.
"""

import copy
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from torch import Tensor, nn

from mode_connectivity.foundations.summation import tree_sum
from mode_connectivity.measures.energy import Field
from mode_connectivity.measures.gram import Floats
from mode_connectivity.models import tied
from mode_connectivity.symmetry import Symmetry
from mode_connectivity.symmetry.axes import offsets
from mode_connectivity.training.objective import output_of

TOLERANCE = 1e-6  # relative change of the outputs under a true rescaling, in float64
RESIDUAL, MOST_STEPS = 1e-10, 5000  # of the solution for the projection: relative length of what is left, and steps
BatchNorm = nn.modules.batchnorm._NormBase


class Part(NamedTuple):
    """Names entries along axis `dim` of `tensor` that take the factor c^sign of the unit in `units` (-1: none)."""

    tensor: str
    dim: int
    units: NDArray[np.int64]
    sign: int


Rescaling = tuple[Part, ...]


def rescalings(symmetry: Symmetry, model: nn.Module, state: Mapping[str, Tensor], inputs: Tensor) -> list[Rescaling]:
    """Return the rescalings of each group, and each layer before a batch norm, that keep the outputs on `inputs`.

    The structure proposes and the network decides: each is tried with random factors in float64, those before a batch
    norm under batch statistics. An activation that is not homogeneous thus has none.
    """
    allowed, repeated = [], tied(model, state)
    for group, units in symmetry.groups.items():
        rescaling, radial = _proposed(symmetry, model, group)
        allowed += [each for each in (rescaling,) if _keeps_function(model, state, inputs, each, units, batch=False)]
        allowed += [each for each in radial if _keeps_function(model, state, inputs, each, units, batch=True)]
    return [tuple(part for part in each if part.tensor not in repeated) for each in allowed]


def rescaling_share(allowed: list[Rescaling], state: Mapping[str, Tensor], field: Field) -> float:
    """Return |projection of the field on the span of the rescaling tangents at `state`|^2 / |field|^2, in [0, 1].

    The tangent of a unit is w on its incoming and -w on its outgoing entries. Tangents of neighbouring layers share
    weights and are not orthogonal, so the projection solves their Gram matrix. 0 where the field is 0. A tensor that
    the field lacks, such as a frozen one, did not move.
    """
    total = sum(float(tree_sum(tensor.double().square().flatten())) for tensor in field.values())
    if not allowed or total == 0:
        return 0.0
    gram, products = _system(allowed, state, field)
    known = gram.diagonal() > 0  # a unit of zeros has no direction
    gram, products = gram[known][:, known], products[known]
    return float(np.clip(tree_sum(products * _solution(gram, products)) / total, 0, 1))


def _proposed(symmetry: Symmetry, model: nn.Module, group: str) -> tuple[Rescaling, list[Rescaling]]:
    """Return a group's incoming and outgoing entries; where batch norms follow its layers, each layer's rows alone."""
    members = [member for member in symmetry.members(group) if member.tensor not in symmetry.buffers]
    norms = {m.tensor for m in members if isinstance(model.get_submodule(m.tensor.rpartition(".")[0]), BatchNorm)}
    rescaling, layers = [], dict[str, list[Part]]()
    for tensor, dim, consumer in members:
        part = Part(tensor, dim, _units(symmetry, group, tensor, dim), -1 if consumer else 1)
        if consumer or not norms or tensor in norms:
            rescaling.append(part)
        if norms and not consumer and tensor not in norms:
            layers.setdefault(tensor.rpartition(".")[0], []).append(part)
    return tuple(rescaling), [tuple(each) for each in layers.values()]


def _units(symmetry: Symmetry, group: str, tensor: str, dim: int) -> NDArray[np.int64]:
    axis = symmetry.axes[tensor][dim]
    units = np.full(sum(block.size for block in axis), -1)
    for start, block in offsets(axis):
        if block.group == group:
            units[start : start + block.size] = np.repeat(np.arange(block.units), block.positions)
    return units


@torch.no_grad()
def _keeps_function(
    model: nn.Module, state: Mapping[str, Tensor], inputs: Tensor, parts: Rescaling, units: int, *, batch: bool
) -> bool:
    model = copy.deepcopy(model).double().eval()
    for module in model.modules():
        if batch and isinstance(module, BatchNorm):
            module.train()
            module.eps = 1e-12  # a larger eps would make the outputs depend on the factor

    def outputs(candidate: dict[str, Tensor]) -> Tensor:
        result: Tensor = output_of(model, candidate, inputs.double())
        return result

    plain = {name: t.detach().double() if t.is_floating_point() else t.clone() for name, t in state.items()}
    factors = 0.5 + 1.5 * torch.rand(units, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    scaled = dict(plain)
    for tensor, dim, owner, sign in parts:
        index = torch.from_numpy(owner)
        factor = torch.where(index >= 0, factors[index.clamp(min=0)] ** sign, 1.0).to(scaled[tensor].device)
        scaled[tensor] = scaled[tensor] * factor.view([-1 if k == dim else 1 for k in range(scaled[tensor].ndim)])
    scaled |= {name: scaled[first] for name, first in tied(model, state).items()}  # one tensor has one scale
    before, after = (outputs({name: t.clone() for name, t in each.items()}) for each in (plain, scaled))
    return bool((after - before).abs().max() <= TOLERANCE * before.abs().max())


def _system(allowed: list[Rescaling], state: Mapping[str, Tensor], field: Field) -> tuple[csr_matrix, Floats]:
    """Return the Gram matrix of the tangents at `state`, and their inner products with the field."""
    bases = np.cumsum([0, *(1 + max(int(part.units.max()) for part in each) for each in allowed)])
    touching: dict[str, list[tuple[int, NDArray[np.int64], int]]] = {}
    for base, each in zip(bases, allowed, strict=False):
        for tensor, dim, units, sign in each:
            touching.setdefault(tensor, []).append((dim, np.where(units >= 0, units + base, -1), sign))
    products, entries = np.zeros(bases[-1]), list[tuple[NDArray[np.int64], NDArray[np.int64], Floats]]()
    for tensor, parts in touching.items():
        weight = state[tensor].double().cpu()
        square = weight.square()
        along = weight * field[tensor].double().cpu() if tensor in field else torch.zeros_like(weight)
        for place, (dim, units, sign) in enumerate(parts):
            kept = units >= 0
            np.add.at(products, units[kept], sign * _summed(along, dim)[kept])
            entries.append((units[kept], units[kept], _summed(square, dim)[kept]))
            for across, others, opposite in parts[:place]:
                table = sign * opposite * _summed(square, dim, across)
                pairs = kept[:, None] & (others >= 0)[None, :]
                rows, columns = (np.broadcast_to(u, table.shape)[pairs] for u in (units[:, None], others[None, :]))
                entries += [(rows, columns, table[pairs]), (columns, rows, table[pairs])]
    rows, columns, values = (np.concatenate(each) for each in zip(*entries, strict=True))
    return coo_matrix((values, (rows, columns)), shape=(bases[-1], bases[-1])).tocsr(), products


def _solution(gram: csr_matrix, products: Floats) -> Floats:
    """Return x with `gram` x = `products` by conjugate gradients, scaled by the diagonal; its sums have a fixed order.

    The matrix may be singular, as where the tangents of neighbouring layers depend on each other. The method:
    Hestenes and Stiefel 1952.
    """
    scale = 1 / gram.diagonal()
    x, rest = np.zeros_like(products), products.copy()
    step = scale * rest
    steepness = tree_sum(rest * step)
    enough = RESIDUAL**2 * tree_sum(products**2)
    for _ in range(MOST_STEPS):
        image = gram @ step
        curvature = tree_sum(step * image)
        if tree_sum(rest**2) <= enough or curvature <= 0:
            break
        length = steepness / curvature
        x, rest = x + length * step, rest - length * image
        scaled = scale * rest
        before, steepness = steepness, tree_sum(rest * scaled)
        step = scaled + steepness / before * step
    return x


def _summed(values: Tensor, *dims: int) -> Floats:
    """Sum over all axes but `dims`, which become the first ones."""
    moved = values.movedim(dims, tuple(range(len(dims))))
    summed: Floats = (tree_sum(moved.flatten(len(dims))) if moved.ndim > len(dims) else moved).numpy()
    return summed
