"""Verifies by example that a derived symmetry keeps the function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

from mode_connectivity.symmetry.observe import arguments, state_of, undisturbed
from mode_connectivity.symmetry.unsupported import UnsupportedModule
from mode_connectivity.training.objective import placed

TOLERANCE = 1e-9
PEEK = 1000
LOWER = (torch.float32, torch.float16, torch.bfloat16)


Permute = Callable[[dict[str, Tensor], torch.Generator], dict[str, Tensor]]


def verify_equivalence(permute: Permute, model: nn.Module, example_inputs: Any) -> None:
    """Compare max |f(P w, x) - f(w, x)| with 1e-9 max |f(w, x)| in float64, for one random P.

    `permute(w, generator)` draws P and returns P w.

    Equal entries, as those of a fresh batch norm, are made distinct in w and x, or moving them would show nothing.

    Raises:
        UnsupportedModule: the outputs differ, or are not finite.
    """
    generator = torch.Generator().manual_seed(0)
    inputs = tree_map_only(Tensor, lambda tensor: _distinct(tensor.detach(), generator), example_inputs)
    state = {name: _distinct(tensor.detach(), generator) for name, tensor in state_of(model).items()}
    permuted = permute(state, generator)
    before, after = (_outputs(model, weights, inputs) for weights in (state, permuted))
    scale = max((tensor.abs().max().item() for tensor in before if tensor.numel()), default=0.0)
    for old, new in zip(before, after, strict=True):
        error = (new - old).abs().max().item() if old.numel() else 0.0
        if not error <= TOLERANCE * scale:
            raise UnsupportedModule(
                f"{type(model).__name__}: a random permutation changes the output by {error:.1e} of {scale:.1e}"
            )


class _KeepDouble(TorchDispatchMode):
    """Turns conversions to a lower precision, as normalisations of language models have them, into float64."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if func is torch.ops.aten._to_copy.default and kwargs.get("dtype") in LOWER:
            kwargs["dtype"] = torch.float64
        return func(*args, **kwargs)


def _distinct(tensor: Tensor, generator: torch.Generator) -> Tensor:
    """Return the tensor; where its entries are all one number, others of about that size and its sign."""
    if tensor.ndim == 0 or tensor.numel() == 0 or not tensor.is_floating_point():
        return tensor
    some = tensor.flatten()[:PEEK]
    if (some != some[0]).any() or (tensor != some[0]).any():
        return tensor
    noise = torch.rand(tensor.shape, generator=generator).to(tensor)
    return tensor * (0.75 + 0.5 * noise) + 0.1 * noise


def _outputs(model: nn.Module, state: dict[str, Tensor], example_inputs: Any) -> list[Tensor]:
    """Return the tensors that the model returns, computed in float64 as far as it lets that happen."""
    tensors = {name: _double(tensor) for name, tensor in {**dict(model.named_buffers()), **state}.items()}
    state, (args, kwargs) = placed(model, tensors), arguments(example_inputs, torch.float64)
    with undisturbed(model):
        try:
            with _KeepDouble():
                output = functional_call(model, state, args, kwargs, tie_weights=False)
        except RuntimeError:  # a constant of the model's own in another precision
            output = functional_call(model, state, args, kwargs, tie_weights=False)
    return [leaf.double() for leaf in tree_leaves(output) if isinstance(leaf, Tensor)]


def _double(tensor: Tensor) -> Tensor:
    """Return a copy, floating-point tensors in float64, as the pass may write to it."""
    return tensor.to(torch.float64 if tensor.is_floating_point() else tensor.dtype, copy=True)
