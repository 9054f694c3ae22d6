"""Takes steps of gradient descent with momentum."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.optim.sgd import sgd

from mode_connectivity.foundations.devices import refill


class Momentum:
    """Runs SGD on the `.grad` of `leaves`, in place: v <- momentum v + g + decay w, w <- w - rate v.

    The steps are torch's own; its `torch.optim.SGD` would import torch's compiler, for over a second, to keep it away.
    `velocities` holds the v of each leaf, None before its first gradient. `replayed`: the steps are, see `Graphed`.
    """

    def __init__(self, leaves: Sequence[Tensor], momentum: float, decay: float, replayed: bool = False) -> None:
        self.leaves = list(leaves)
        self.velocities: list[Tensor | None] = [None] * len(self.leaves)
        self._momentum, self._decay = momentum, decay
        self._fused = self.leaves[0].is_cuda  # on a CPU it saves less than 1 %
        # A recorded step must read the rate of its own time from memory, where it is rounded to fp32.
        self._rate = torch.zeros(1, device=self.leaves[0].device) if replayed else 0.0

    def set_rate(self, rate: float) -> None:
        """Set the rate of the steps from here on."""
        if isinstance(self._rate, Tensor):
            refill(self._rate, [rate])
        else:
            self._rate = float(np.float32(rate)) if self._fused else rate

    @torch.no_grad()
    def step(self) -> None:
        """Move the leaves that have a gradient."""
        if self._fused:
            lay_out_gradients(self.leaves)
        moving = [place for place, leaf in enumerate(self.leaves) if leaf.grad is not None]
        velocities = [self.velocities[place] for place in moving]
        sgd(
            [self.leaves[place] for place in moving],
            [gradient for place in moving if (gradient := self.leaves[place].grad) is not None],
            velocities,
            fused=self._fused or None,
            weight_decay=self._decay,
            momentum=self._momentum,
            lr=self._rate[0] if isinstance(self._rate, Tensor) else self._rate,
            dampening=0.0,
            nesterov=False,
            maximize=False,
        )
        for place, velocity in zip(moving, velocities, strict=True):
            self.velocities[place] = velocity


def lay_out_gradients(leaves: Sequence[Tensor]) -> None:
    """Give every gradient the memory layout of its leaf.

    A fused optimizer takes both as they lie in memory, and the weight gradient of a convolution lies channels last
    where its images do: on a CPU torch 2.15 then pairs the wrong entries without a word.
    """
    for leaf in leaves:
        if leaf.grad is not None and leaf.grad.stride() != leaf.stride():
            leaf.grad = torch.empty_like(leaf).copy_(leaf.grad)
