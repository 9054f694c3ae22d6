"""Tells which layers of a network REPAIR cannot correct, and refuses them by name."""

import weakref
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from mode_connectivity.models import NORMS
from mode_connectivity.training.objective import first_names, places

LAYERS = (nn.Linear, _ConvNd)
# Parts of the names in torch of functions that multiply by a matrix, or turn one round for it.
PRODUCTS = ("linear", "matmul", "mm", "einsum", "conv", "attention", "lstm", "gru", "rnn_", "tensordot", "transpose")
TURNED = ("t", "T", "mT", "H", "mH", "permute")


class NotRepairable(ValueError):
    """Names a layer that REPAIR cannot correct, and says why."""


class Repairable:
    """Watches passes of a network: how often layers run, which a norm reads, what is multiplied outside of them."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._layers = {name: module for name, module in model.named_modules() if isinstance(module, LAYERS)}
        self._norms = [module for module in model.modules() if isinstance(module, NORMS)]
        self._runs: Counter[str] = Counter()  # the most in one pass
        self._normed: dict[str, None] = {}
        self._outside: dict[str, None] = {}  # tensors of the state
        self._outputs: dict[int, tuple[str, weakref.ref[Tensor]]] = {}  # of layers, by their id

    @contextmanager
    def watching(self, state: Mapping[str, Tensor]) -> Iterator[None]:
        """Watch one pass with the tensors of `state`."""
        runs: Counter[str] = Counter()
        products = _Products({id(tensor): name for name, tensor in state.items()}, self._outside)
        with ExitStack() as stack:
            for name, layer in self._layers.items():
                stack.callback(layer.register_forward_pre_hook(products.entered).remove)
                stack.callback(layer.register_forward_hook(self._left(name, runs, products)).remove)
            for norm in self._norms:
                stack.callback(norm.register_forward_pre_hook(self._read).remove)
            stack.enter_context(products)
            yield
        self._runs |= runs

    def _left(self, name: str, runs: Counter[str], products: "_Products") -> Callable[..., None]:
        def hook(_layer: nn.Module, _args: Any, output: Tensor) -> None:
            runs[name] += 1
            products.inside = False
            self._outputs[id(output)] = name, weakref.ref(output)

        return hook

    def _read(self, _norm: nn.Module, args: Any) -> None:
        name, output = self._outputs.get(id(args[0]) if args else 0, ("", None))
        if output is not None and output() is args[0]:
            self._normed[name] = None

    def check(self, last: str) -> None:
        """Do nothing where every layer but the `last`, which stays as it is, can be corrected.

        Raises:
            NotRepairable: one that cannot, by name.
        """
        for name in self._runs:
            reason = self._reason(name, last)
            if reason:
                kind = type(self._layers[name]).__name__
                raise NotRepairable(f"REPAIR cannot correct {name or 'the model'} ({kind}): {reason}")
        for tensor in self._outside:
            raise NotRepairable(
                f"REPAIR cannot correct {tensor}: the network multiplies by it outside of a convolution or linear "
                "layer, and only their outputs are measured"
            )

    def _reason(self, name: str, last: str) -> str:
        layer, prefix = self._layers[name], f"{name}." if name else ""
        if self._runs[name] > 1:
            return "it runs more than once in a forward pass, and no one correction fits all runs"
        if name == last:
            return ""
        if layer._parameters.get("weight") is None:
            return "its weight is computed from other tensors"
        if _shared(self._model, [f"{prefix}{part}" for part in ("weight", "bias")]):
            return "another module has the same weights"
        if layer.bias is None and name not in self._normed:
            return "it has no bias that could shift its outputs, and no batch or instance norm reads them"
        return ""


def _shared(model: nn.Module, names: list[str]) -> bool:
    """Return whether one of these tensors stands in several places of the modules."""
    first = first_names(model)
    counts = Counter(first[name] for name in places(model))
    return any(counts[first[name]] > 1 for name in names if name in first)


class _Products(TorchFunctionMode):
    """Writes into `found` which named tensors are multiplied by while no layer runs."""

    def __init__(self, names: Mapping[int, str], found: dict[str, None]) -> None:
        super().__init__()
        self._names, self._found, self.inside = names, found, False

    def entered(self, _layer: nn.Module, _args: Any) -> None:
        """Note that a layer runs; a hook."""
        self.inside = True

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if not self.inside and _multiplies(func):
            for leaf in tree_leaves((args, kwargs)):
                if id(leaf) in self._names and leaf.ndim > 1:
                    self._found[self._names[id(leaf)]] = None
        return func(*args, **(kwargs or {}))


def _multiplies(func: Any) -> bool:
    name = getattr(func, "__name__", "")
    if name == "__get__":  # of a property, such as `T`
        name = getattr(func.__self__, "__name__", "")
    return name in TURNED or any(part in name for part in PRODUCTS)
