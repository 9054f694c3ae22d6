"""A GPU that is pretended: tensors that say they lie on cuda:0, hold real values, and refuse what a GPU would refuse.

To C++ they are meta tensors, so that autograd asks no driver for a stream; Python is told otherwise.
"""

import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from traceback import extract_stack
from types import SimpleNamespace
from typing import Any, Self
from unittest.mock import patch

import torch
from torch import Tensor
from torch.nn.utils import clip_grad
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

from support.pretended_graph import Recording

INSIDE, HERE, aten = torch.device("meta"), torch.device("cuda", 0), torch.ops.aten
MEMORY = 80 * 2**30
WAITS = {aten._local_scalar_dense, aten.nonzero, aten.masked_select, aten._unique2, aten.equal, aten.is_nonzero}
INDEXED = {aten.index, aten.index_put, aten.index_put_, aten._index_put_impl_}  # take indices from a CPU, and wait
NOT_DETERMINISTIC = {aten._adaptive_avg_pool2d_backward: "adaptive_avg_pool2d_backward_cuda"}
SEEDED = torch.Tag.nondeterministic_seeded


class OnGpu(Tensor):
    """A tensor whose values are `held` on the CPU."""

    held: Tensor
    device = property(lambda self: HERE)
    is_cuda = property(lambda self: True)
    is_meta = is_cpu = property(lambda self: False)

    @staticmethod
    def __new__(cls, values: Tensor) -> "OnGpu":
        make: Any = Tensor._make_wrapper_subclass
        place = {"strides": values.stride(), "storage_offset": values.storage_offset()}
        made: OnGpu = make(cls, values.shape, **place, dtype=values.dtype, device=INSIDE)
        return made

    def __init__(self, values: Tensor) -> None:
        self.held = values

    def _take(self, other: "OnGpu") -> None:
        self.held = other.held
        Tensor.data.__set__(self, other)  # type: ignore[attr-defined]

    data = property(lambda self: self.detach(), _take)

    def tolist(self) -> Any:
        return self.cpu().tolist()

    def numpy(self, *_: Any, **__: Any) -> Any:
        raise TypeError("can't convert a cuda:0 tensor to numpy; use .cpu() first")

    @classmethod
    def __torch_dispatch__(cls, func: Any, *_: Any) -> Any:
        raise RuntimeError(f"{func} on the pretended GPU while it is closed")


class _Names(TorchFunctionMode):
    """What Python calls cuda, C++ calls meta."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func in (torch.tensor, torch.as_tensor) and _is_cuda(kwargs.get("device")):
            return func(*args, **kwargs | {"device": "cpu"}).to(INSIDE)
        if func is not torch.device:
            args, kwargs = tree_map(lambda each: INSIDE if _is_cuda(each) else each, (args, kwargs))
        return func(*args, **kwargs)


def _is_cuda(each: object) -> bool:
    return isinstance(each, str | torch.device) and str(each).partition(":")[0] == "cuda"


def _settings_as_they_are() -> Callable[[], None]:
    """What brings back the settings of this process that a study on a GPU changes."""
    filled: Any = torch.utils.deterministic
    kept, fill = torch.are_deterministic_algorithms_enabled(), filled.fill_uninitialized_memory
    cudnn: Any = torch.backends.cudnn
    kinds = (cudnn.conv, cudnn.rnn, torch.backends.cuda.matmul)
    values = [kind.fp32_precision for kind in kinds]

    def back() -> None:
        torch.use_deterministic_algorithms(kept)
        filled.fill_uninitialized_memory = fill
        for kind, value in zip(kinds, values, strict=True):
            kind.fp32_precision = value

    return back


class _Graph:
    """A pretended `torch.cuda.CUDAGraph`."""

    def __init__(self, gpu: "Gpu") -> None:
        self._gpu, self._recording = gpu, Recording()

    def recorded(self) -> Any:
        return self._gpu.recording(self._recording)

    def replay(self) -> None:
        self._gpu.replays += 1
        self._recording.replay(self._gpu.numbers)


class Gpu(TorchDispatchMode):
    """While open, "cuda" is the pretended GPU; `waits`: place in the code -> times that the host waits for it there.

    A copy from the host waits unless it comes from pinned memory and says that it need not. Random numbers come from a
    generator of the GPU's own, which `torch.manual_seed` seeds too.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.waits: Counter[str] = Counter()
        self.generator = torch.Generator()
        self.replays = 0
        self._warns = False
        self._pinned: dict[int, Tensor] = {}
        self._recording: Recording | None = None
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        self._opened = ExitStack()
        self._opened.callback(_settings_as_they_are())
        faked: dict[str, Any] = {
            "is_available": lambda: True,
            "is_bf16_supported": lambda *_: True,
            "get_device_name": lambda *_: "pretended",
            "get_device_properties": lambda *_: SimpleNamespace(total_memory=MEMORY),
            "current_device": lambda: 0,
            "device_count": lambda: 1,
            "default_generators": (self.generator,),
            "manual_seed": self.generator.manual_seed,
            "manual_seed_all": self.generator.manual_seed,
            "device": lambda *_: nullcontext(),
            "synchronize": lambda *_: None,
            "set_sync_debug_mode": self._set_warns,
            "reset_peak_memory_stats": lambda *_: None,
            "max_memory_allocated": lambda *_: 0,
            "CUDAGraph": lambda: _Graph(self),
            "graph": lambda graph: graph.recorded(),
            "get_rng_state": lambda *_: self.generator.get_state(),
            "set_rng_state": lambda state, *_: self.generator.set_state(state),
        }
        for name, value in faked.items():
            self._opened.enter_context(patch.object(torch.cuda, name, value))
        # As for a tensor on a GPU, whatever its class.
        self._opened.enter_context(patch.object(clip_grad, "_has_foreach_support", lambda *_: True))
        self._opened.enter_context(patch.object(Tensor, "pin_memory", lambda tensor: self._pin(tensor)))
        inference: Callable[[bool], Any] = lambda mode: torch.set_grad_enabled(not mode)  # noqa: E731
        self._opened.enter_context(patch.object(torch._C, "_InferenceMode", inference))
        self._opened.enter_context(_Names())
        super().__enter__()  # type: ignore[no-untyped-call]
        return self

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)  # type: ignore[no-untyped-call]
        self._opened.close()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs, op = dict(kwargs or {}), func.overloadpacket
        leaves = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        ours = [each for each in leaves if isinstance(each, OnGpu)]
        here = kwargs["device"] == INSIDE if kwargs.get("device") is not None else bool(ours)
        if op is aten.copy_:
            here = isinstance(args[0], OnGpu)
        if self._waits(func, args, kwargs, leaves, here):
            if self._recording is not None:
                raise RuntimeError(f"{func}: operation not permitted when stream is capturing")
            self._note()
        if here and op in NOT_DETERMINISTIC and torch.are_deterministic_algorithms_enabled():
            raise RuntimeError(f"{NOT_DETERMINISTIC[op]} does not have a deterministic implementation")
        if here and "device" in kwargs:
            kwargs["device"] = torch.device("cpu")
        known = {id(each.held): each for each in ours}
        args, kwargs = tree_map(lambda each: each.held if isinstance(each, OnGpu) else each, (args, kwargs))
        recording = self._recording if here else None
        if recording is not None:
            recording.before(args, kwargs)
        with self.numbers(func) if here else nullcontext():
            results = func(*args, **kwargs)
        if not here:
            return results
        if recording is not None:
            recording.after(func, args, kwargs, results)
        return tree_map(lambda each: known.get(id(each), OnGpu(each)) if isinstance(each, Tensor) else each, results)

    def _waits(self, func: Any, args: Any, kwargs: Any, leaves: list[Tensor], here: bool) -> bool:
        """Whether the host waits for the device in this call; raises where a GPU refuses it."""
        op = func.overloadpacket
        ours = [each for each in leaves if isinstance(each, OnGpu)]
        strangers = [each for each in leaves if not isinstance(each, OnGpu) and each.ndim]
        if op in (aten._to_copy, aten.copy_):
            source = args[1] if op is aten.copy_ else args[0]
            ready = source.data_ptr() in self._pinned if not isinstance(source, OnGpu) else False
            lazily = kwargs.get("non_blocking") or (op is aten.copy_ and len(args) > 2 and args[2])
            scalar_in = op is aten.copy_ and not isinstance(source, OnGpu) and source.ndim == 0
            return here != isinstance(source, OnGpu) and not (here and ready and lazily) and not scalar_in
        if here and [each for each in (*args, *kwargs.values()) if isinstance(each, torch.Generator)]:
            raise RuntimeError(f"{func}: a generator on the cpu draws for cuda:0")
        indexed = op in INDEXED and isinstance(args[0], OnGpu)
        if ours and strangers and not indexed:
            raise RuntimeError(f"{func}: expected all tensors on one device, found cuda:0 and cpu")
        masked = op in INDEXED and any(each.dtype == torch.bool for each in tree_leaves(args[1]) if each is not None)
        return bool(ours) and (op in WAITS or masked or bool(strangers))

    def _note(self) -> None:
        stack = [frame for frame in extract_stack() if "/mode_connectivity/" in frame.filename]
        place = stack[-1] if stack else extract_stack()[0]
        self.waits[f"{place.filename.rpartition('mode_connectivity/')[2]}:{place.name}"] += 1

        if self._warns:
            warnings.warn("called a synchronizing operation", stacklevel=2)

    def _set_warns(self, mode: str) -> None:
        self._warns = mode == "warn"

    def _pin(self, tensor: Tensor) -> Tensor:
        copy = tensor.clone()
        self._pinned[copy.data_ptr()] = copy
        return copy

    @contextmanager
    def recording(self, recording: Recording) -> Iterator[None]:
        """While open, operations leave nothing behind but their record."""
        kept = self.generator.get_state()
        self._recording = recording
        try:
            yield
        finally:
            self._recording = None
            self.generator.set_state(kept)
            recording.undo()

    def numbers(self, func: Any) -> Any:
        """The context in which `func` draws the GPU's own numbers, if it draws."""
        stack = ExitStack()
        if SEEDED not in func.tags:
            return stack
        kept = torch.default_generator.get_state()
        torch.default_generator.set_state(self.generator.get_state())

        def back() -> None:
            self.generator.set_state(torch.default_generator.get_state())
            torch.default_generator.set_state(kept)

        stack.callback(back)
        return stack
