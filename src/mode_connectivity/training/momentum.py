"""Takes steps of gradient descent with momentum."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.optim.sgd import sgd


class Momentum:
    """Runs SGD on the `.grad` of `leaves`, in place: v <- momentum v + g + decay w, w <- w - rate v.

    The steps are torch's own; its `torch.optim.SGD` would import torch's compiler, for over a second, to keep it away.
    `velocities` holds the v of each leaf, None before its first gradient.
    """

    def __init__(self, leaves: Sequence[Tensor], momentum: float, decay: float) -> None:
        self.leaves = list(leaves)
        self.velocities: list[Tensor | None] = [None] * len(self.leaves)
        self._momentum, self._decay = momentum, decay
        self._fused = self.leaves[0].is_cuda  # on a CPU it saves less than 1 %

    @torch.no_grad()
    def step(self, rate: float) -> None:
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
            lr=rate,
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
