"""Replays a training step on a GPU as one CUDA graph: one launch for what is a hundred and more otherwise."""

from collections.abc import Callable

import torch
from torch import Tensor

Step = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
AS_IT_IS = 2  # steps before the recording: the first makes what later ones move, such as the velocities


class Graphed:
    """Runs `step(images, labels)` as it is for the first steps, then records it once and replays the record.

    A replay repeats the same kernels on the same memory, so its bits are those of the step. All that the step reads
    must stay where it is, and what the host decides must be the same in every step: numbers that change lie in tensors
    on the GPU, which the host fills beforehand. A network whose forward pass decides by itself what it runs must not
    be recorded. A batch of another shape is taken as it is, and so is one of several inputs.
    """

    def __init__(self, step: Step) -> None:
        self._step, self._before = step, AS_IT_IS
        self._graph: torch.cuda.CUDAGraph | None = None
        self._images = self._labels = self._loss = self._right = torch.empty(0)

    def __call__(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Take one step; return the loss and the number of right answers, which the next one leaves alone."""
        plain = isinstance(images, Tensor) and isinstance(labels, Tensor)
        if self._before or not plain or (self._graph is not None and images.shape != self._images.shape):
            self._before = max(0, self._before - 1)
            return self._step(images, labels)
        if self._graph is None:
            self._record(images, labels)
        assert self._graph is not None
        self._images.copy_(images)
        self._labels.copy_(labels)
        self._graph.replay()
        return self._loss.clone(), self._right.clone()

    def _record(self, images: Tensor, labels: Tensor) -> None:
        """Record the step, which moves nothing, on images and labels of its own."""
        self._images, self._labels = images.clone(), labels.clone()
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._loss, self._right = self._step(self._images, self._labels)
