"""Defines a path: a weighted sum of control points, each a state dict."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from copy import copy as shallow_copy
from typing import Self

import torch
from torch import Tensor

State = dict[str, Tensor]
Weights = Sequence[float | Tensor]  # of the control points; all floats, or all tensors of no axes
ROOT = "(root)"  # the layer of parameters that belong to no submodule, such as a class token
BUFFERS = ("running_mean", "running_var", "num_batches_tracked", "_u", "_v")  # the last two of a spectral norm


def parameter_names(state: Mapping[str, Tensor]) -> list[str]:
    """Return what a state dict alone tells of its parameters, their names.

    These are all tensors but running statistics, the vectors of a spectral norm and tensors of whole numbers. Only the
    network knows its other buffers and its frozen parameters: see `models.trained_parameters`.
    """
    return [name for name, tensor in state.items() if is_real(tensor) and not _is_buffer(name, state)]


def _is_buffer(name: str, state: Mapping[str, Tensor]) -> bool:
    normed = name.removesuffix("_u").removesuffix("_v")  # by the older spectral norm, which adds "weight_orig" as well
    return name.rpartition(".")[2] in BUFFERS or (normed != name and f"{normed}_orig" in state)


def is_real(tensor: Tensor) -> bool:
    """Return whether the entries are no whole numbers, as those of a table of positions or a count of batches are."""
    return tensor.is_floating_point() or tensor.is_complex()


def module_of(name: str) -> str:
    """Return the module that owns a tensor of the state dict; `ROOT` for one of the network itself."""
    return name.rpartition(".")[0] or ROOT


class Path(ABC):
    """Computes W_t = sum_k B_k(t) W_k for t in [0, 1], with B_k(t) the `weights(t)` of the control points W_k.

    The ends are exact: at(0) holds the values of the first control point and at(1) those of the last.
    Integer buffers (a count of batches) follow the first control point.

    `parameters` names the tensors that distances count; by default what the names tell, see `parameter_names`. Only a
    network knows its frozen parameters and its own buffers: give `trained_parameters(model)`, as `fit` does.
    The control points are copied, so that later training of a network does not move them; `copy=False` takes them as
    they are.

    Raises:
        ValueError: fewer than two control points, or some that differ in a tensor's name, shape or dtype.
    """

    def __init__(
        self,
        controls: Sequence[Mapping[str, Tensor]],
        *,
        parameters: Collection[str] | None = None,
        copy: bool = True,
    ) -> None:
        if len(controls) < 2:
            raise ValueError(f"a path needs two ends, got {len(controls)} control point(s)")
        first = controls[0]
        for k, other in enumerate(controls):
            _check_alike(first, other, k)
        self._controls = tuple(
            {name: control[name].clone() if copy else control[name] for name in first} for control in controls
        )
        self.parameters = _counted(first, parameter_names(first) if parameters is None else parameters)

    @property
    def controls(self) -> tuple[State, ...]:
        """Return the control points, in the order of the first one's names."""
        return self._controls

    def counting(self, parameters: Collection[str]) -> Self:
        """Return the same path, whose distances count the tensors named.

        Raises:
            ValueError: a tensor that is not there, or of whole numbers, which no path moves.
        """
        other = shallow_copy(self)
        other.parameters = _counted(self.controls[0], parameters)
        return other

    @property
    def is_point(self) -> bool:
        """Return whether all control points are the same, so that the path stays where it is."""
        first, *others = self.controls
        return all(torch.equal(tensor, other[name]) for other in others for name, tensor in first.items())

    @abstractmethod
    def weights(self, t: float) -> tuple[float, ...]:
        """Return B_k(t) for every control point; they sum to one."""

    def at(self, t: float, names: Collection[str] | None = None, out: Mapping[str, Tensor] | None = None) -> State:
        """Return the state dict at t, only `names` where given, in the tensors of `out` or in new ones.

        Raises:
            ValueError: t lies outside [0, 1].
        """
        return self.combine(self.checked(t), names, out)

    def checked(self, t: float) -> tuple[float, ...]:
        """Return `weights(t)`; errors as `at`."""
        if not 0 <= t <= 1:
            raise ValueError(f"t must lie in [0, 1], got {t}")
        return self.weights(t)

    def combine(
        self,
        weights: Weights,
        names: Collection[str] | None = None,
        out: Mapping[str, Tensor] | None = None,
    ) -> State:
        """Return sum_k weights[k] W_k, of weights that sum to one; `names` and `out` as in `at`."""
        first = self.controls[0]
        wanted = list(first if names is None else names)
        if not wanted:
            return {}
        terms = list(zip(weights, self.controls, strict=True))
        if first[wanted[0]].is_cuda:
            into = {name: torch.empty_like(first[name]) for name in wanted} if out is None else out
            return _combine_at_once(terms, wanted, first, into)
        moving = [(float(weight), control) for weight, control in terms if weight != 0]
        return {
            name: _combine(
                [(weight, control[name]) for weight, control in moving],
                first[name],
                None if out is None else out[name],
            )
            for name in wanted
        }


def _combine(terms: list[tuple[float, Tensor]], first: Tensor, out: Tensor | None) -> Tensor:
    if not is_real(first):
        return first.clone() if out is None else out.copy_(first)
    weight, tensor = terms[0]
    total = torch.mul(tensor, weight, out=out)
    for weight, tensor in terms[1:]:
        total = torch.add(total, tensor, alpha=weight, out=out)
    return total


def _combine_at_once(
    terms: Sequence[tuple[float | Tensor, Mapping[str, Tensor]]],
    names: Sequence[str],
    first: Mapping[str, Tensor],
    out: Mapping[str, Tensor],
) -> State:
    """Write what `_combine` computes into `out` in a few launches on a GPU, however many tensors there are."""
    mixed = [name for name in names if is_real(first[name])]
    into = [out[name] for name in mixed]
    (weight, control), *rest = [each for each in terms if isinstance(each[0], Tensor) or each[0] != 0]
    torch._foreach_copy_(into, [control[name] for name in mixed])
    torch._foreach_mul_(into, weight)
    for weight, control in rest:  # in two operations, as a weight that is a tensor needs, so that bits are the same
        torch._foreach_add_(into, torch._foreach_mul([control[name] for name in mixed], weight))
    for name in names:
        if not is_real(first[name]):
            out[name].copy_(first[name])
    return {name: out[name] for name in names}


def _check_alike(first: Mapping[str, Tensor], other: Mapping[str, Tensor], k: int) -> None:
    if first.keys() != other.keys():
        odd = sorted(first.keys() ^ other.keys())[0]
        raise ValueError(f"control points 0 and {k} differ: only one of them has {odd}")
    for name, tensor in first.items():
        if tensor.shape != other[name].shape:
            raise ValueError(
                f"control points 0 and {k} differ in {name}: {tuple(tensor.shape)}, {tuple(other[name].shape)}"
            )
        counts = name.rpartition(".")[2] in BUFFERS and not is_real(tensor)  # of which the first one's are taken
        if tensor.dtype != other[name].dtype and not counts:
            raise ValueError(f"control points 0 and {k} differ in {name}: {tensor.dtype}, {other[name].dtype}")


def _counted(state: Mapping[str, Tensor], names: Collection[str]) -> tuple[str, ...]:
    """Return `names` in the order of the state."""
    for name in names:
        if name not in state or not is_real(state[name]):
            why = "which no path moves: it holds whole numbers" if name in state else "which is not in the state"
            raise ValueError(f"distances cannot count {name}, {why}")
    return tuple(name for name in state if name in names)
