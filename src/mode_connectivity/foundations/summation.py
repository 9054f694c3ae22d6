"""Sums in one fixed order: the same bits on every type of processor, and on a GPU."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Values = TypeVar("Values", Tensor, NDArray[np.float64])


def tree_sum(values: Values) -> Values:
    """Return the sums over the last axis: its second half is added to its first one, until one entry is left.

    Only sums of whole arrays, entry by entry, are used, and those are rounded alike everywhere. The order in which
    BLAS and the sums of torch add depends on the processor, and BLAS's on where the array lies in memory. As in any
    sum by pairs the error grows with the logarithm of the length n, at most about log2(n) 1e-16 relative for entries
    of one sign.
    """
    count = values.shape[-1]
    rest: Values = values[..., :0].sum(-1)
    while count > 1:
        half, odd = divmod(count, 2)
        if odd:
            rest = rest + values[..., count - 1]
        values = values[..., :half] + values[..., half : 2 * half]
        count = half
    total: Values = values[..., 0] + rest if count else rest
    return total


def length(vector: NDArray[np.float64]) -> float:
    """Return the L2 norm of (n,) float64, whose squares are added as in `tree_sum`."""
    return float(np.sqrt(tree_sum(vector * vector)))
