"""Defines the straight line between two networks."""

from collections.abc import Collection, Mapping

from torch import Tensor

from mode_connectivity.paths.path import Path


class Linear(Path):
    """Computes W_t = (1 - t) W_0 + t W_1."""

    def __init__(
        self,
        start: Mapping[str, Tensor],
        end: Mapping[str, Tensor],
        *,
        parameters: Collection[str] | None = None,
        copy: bool = True,
    ) -> None:
        super().__init__([start, end], parameters=parameters, copy=copy)

    def weights(self, t: float) -> tuple[float, ...]:
        return (1 - t, t)
