"""Defines the arithmetic of a study: what is compared within one study uses one precision."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Precision:
    """Names the arithmetic: `fp32` computes in the tensors' own type; `bf16` runs the network under autocast.

    Under `bf16` weights and loss stay fp32.
    """

    name: str = "fp32"
    device: str = "cpu"

    def autocast(self) -> AbstractContextManager[object]:
        if self.name == "bf16":
            return torch.autocast(self.device, dtype=torch.bfloat16)
        return nullcontext()
