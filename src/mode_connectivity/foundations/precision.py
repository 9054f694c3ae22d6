"""Defines the arithmetic of a study: what is compared within one study uses one precision."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch

PRECISIONS = ("fp32", "tf32", "bf16")


@dataclass(frozen=True)
class Precision:
    """Names the arithmetic of networks.

    `fp32` computes in the tensors' own type, on a GPU in its full 24 bits too; `tf32` rounds the factors of
    convolutions and matrix products on a GPU to 11 bits; `bf16` runs the network under autocast. Weights and loss are
    fp32 in all of them. With `graphs` a training on a GPU replays its step, the same operations, as a CUDA graph.

    Raises:
        ValueError: no precision of that name, or `tf32` on a CPU, which has none.
    """

    name: str = "fp32"
    device: str = "cpu"
    graphs: bool = False

    def __post_init__(self) -> None:
        if self.name not in PRECISIONS:
            raise ValueError(f"precision: {self.name!r} is none of {', '.join(PRECISIONS)}")
        if self.name == "tf32" and self.device == "cpu":
            raise ValueError("precision: tf32 needs a GPU; on a CPU use fp32 or bf16")

    def autocast(self) -> AbstractContextManager[object]:
        """Return the context in which the network runs forwards."""
        if self.name == "bf16":
            return torch.autocast(self.device, dtype=torch.bfloat16)
        return nullcontext()

    def pin(self) -> None:
        """Set for this process what GPUs do with the factors of fp32 convolutions and matrix products.

        torch's own default is TF32 in convolutions and full fp32 in matrix products.
        """
        for kind in _kinds():
            kind.fp32_precision = "tf32" if self.name == "tf32" else "ieee"

    @property
    def replays(self) -> bool:
        """Return whether trainings replay their step as a graph, which a CPU does not have."""
        return self.graphs and self.device == "cuda"

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Compute as named within the context, backward passes included, and as before after it."""
        before = [kind.fp32_precision for kind in _kinds()]
        self.pin()
        try:
            yield
        finally:
            for kind, value in zip(_kinds(), before, strict=True):
                kind.fp32_precision = value


def _kinds() -> tuple[Any, ...]:
    cudnn: Any = torch.backends.cudnn
    return cudnn.conv, cudnn.rnn, torch.backends.cuda.matmul
