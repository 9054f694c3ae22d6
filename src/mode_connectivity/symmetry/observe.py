"""Runs one forward pass of a model under a trace, leaving the model and the global generators as they were."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.backends.mkldnn import set_flags
from torch.func import functional_call
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.conv import _ConvNd
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.nn.utils.rnn import PackedSequence
from torch.utils._pytree import tree_leaves, tree_map_only

from mode_connectivity.models import modes_kept
from mode_connectivity.symmetry.axes import fixed
from mode_connectivity.symmetry.labels import Label, Labels
from mode_connectivity.symmetry.sites import Output
from mode_connectivity.symmetry.trace import Trace
from mode_connectivity.symmetry.unsupported import UnsupportedModule
from mode_connectivity.training.objective import placed

LAYERS = (nn.Linear, _ConvNd)
NORMALISATIONS = (_NormBase, nn.GroupNorm, nn.LayerNorm)


def arguments(example_inputs: Any, dtype: torch.dtype) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return positional and keyword arguments of the model, floating-point tensors in `dtype`.

    A dict holds keyword arguments, a tuple or list positional ones, and anything else stands for itself.
    """
    args: Any = () if isinstance(example_inputs, Mapping) else (example_inputs,)
    if isinstance(example_inputs, tuple | list) and not isinstance(example_inputs, PackedSequence):
        args = tuple(example_inputs)
    kwargs = dict(example_inputs) if isinstance(example_inputs, Mapping) else {}
    both: tuple[tuple[Any, ...], dict[str, Any]] = tree_map_only(
        Tensor, lambda tensor: tensor.detach().to(dtype if tensor.is_floating_point() else tensor.dtype), (args, kwargs)
    )
    return both


@contextmanager
def undisturbed(model: nn.Module) -> Iterator[None]:
    """Set evaluation mode, no gradients and seeded generators, and restore all of them afterwards."""
    tensors = (*model.parameters(), *model.buffers())
    devices = list(dict.fromkeys(tensor.device for tensor in tensors if tensor.device.type == "cuda"))
    fast_path = torch.backends.mha.get_fastpath_enabled()
    with modes_kept(model), torch.random.fork_rng(devices), torch.no_grad():
        # Not torch.manual_seed, which reaches the generators of devices that are not restored.
        torch.default_generator.manual_seed(0)
        for device in devices:
            with torch.cuda.device(device):
                torch.cuda.manual_seed(0)
        try:
            # The fused attention of the fast path is one opaque operation; the plain one has rules.
            torch.backends.mha.set_fastpath_enabled(False)
            model.eval()
            yield
        finally:
            torch.backends.mha.set_fastpath_enabled(fast_path)


@contextmanager
def _without_onednn() -> Iterator[None]:
    """Keep the CPU's library away, whose recurrent layers are one opaque operation; which types it takes depends."""
    before, *_ = set_flags(False, None, None, None)
    try:
        yield
    finally:
        set_flags(before, None, None, None)


class Observer:
    """Records where the pass stands, the labels of the state, what of it was read, and layers' outputs as they came."""

    def __init__(self, model: nn.Module, trace: Trace) -> None:
        self.names = {id(module): name for name, module in model.named_modules()}
        self.trace = trace
        self.state: dict[str, Labels] = {}
        self.read: set[str] = set()
        self.stack: list[nn.Module] = []
        self.outputs: list[Output] = []
        trace.place = self.place

    def place(self) -> str:
        if not self.stack:
            return "the model"
        module = self.stack[-1]
        return f"{self.names.get(id(module)) or 'the model'} ({type(module).__name__})"

    def enter(self, module: nn.Module, _args: Any) -> None:
        self.stack.append(module)

    def leave(self, module: nn.Module, args: Any, output: Any) -> None:
        self.stack.pop()
        name = self.names.get(id(module))
        if name is None or not isinstance(output, Tensor) or id(output) not in self.trace.known:
            return
        scales = isinstance(module, NORMALISATIONS) and module.weight is not None and args
        if scales or isinstance(module, LAYERS):
            axes = tuple(label.axis for label in self.trace.labels(output))
            self.outputs.append(Output(name, output, axes, id(args[0]) if scales else None))


def observe(model: nn.Module, example_inputs: Any, trace: Trace) -> Observer:
    """Run the model on the example with every tensor of its state labelled by fresh slots; pin input and output.

    Raises:
        UnsupportedModule: an operation without a rule, or an output that is not made of tensors.
    """
    observer = Observer(model, trace)
    tensors = state_of(model)
    # Copies of the buffers, should the pass write to them.
    parameters = {id(parameter) for parameter in model.parameters()}
    aliases = {id(t): t.detach() if id(t) in parameters else t.detach().clone() for t in tensors.values()}
    dtype = next((tensor.dtype for tensor in tensors.values() if tensor.is_floating_point()), torch.float32)
    inputs = arguments(example_inputs, dtype)
    for tensor in tree_leaves(inputs):
        if isinstance(tensor, Tensor):
            trace.label(tensor, tuple(Label(fixed(size)) for size in tensor.shape))
    for name, tensor in reversed(tensors.items()):  # a shared tensor is known by its first name
        trace.label(
            aliases[id(tensor)], tuple(Label(trace.slots.fresh(n), (name, d)) for d, n in enumerate(tensor.shape))
        )
    observer.state = {name: trace.labels(aliases[id(tensor)]) for name, tensor in tensors.items()}
    with ExitStack() as stack:
        stack.enter_context(undisturbed(model))
        stack.enter_context(sdpa_kernel(SDPBackend.MATH))
        stack.enter_context(_without_onednn())
        for hook in (register_module_forward_pre_hook(observer.enter), register_module_forward_hook(observer.leave)):
            stack.callback(hook.remove)
        stack.enter_context(trace)
        state = placed(model, {name: aliases[id(tensor)] for name, tensor in tensors.items()})
        output = functional_call(model, state, *inputs, tie_weights=False)
    observer.read = {name for name, tensor in tensors.items() if id(aliases[id(tensor)]) in trace.read}
    for leaf in tree_leaves(output):
        if isinstance(leaf, Tensor):
            trace.pin(trace.labels(leaf))
        elif leaf is not None and not isinstance(leaf, bool | int | float | str):
            raise UnsupportedModule(f"cannot follow an output of type {type(leaf).__name__}")
    return observer


def state_of(model: nn.Module) -> dict[str, Tensor]:
    """Return the parameters and buffers of the state dict, in its order, shared ones under each of their names."""
    own = dict(model.named_parameters(remove_duplicate=False)) | dict(model.named_buffers(remove_duplicate=False))
    return {name: own[name] for name in model.state_dict() if name in own}
