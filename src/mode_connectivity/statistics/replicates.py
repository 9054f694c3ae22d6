"""Computes what independent repeats of one training have in common, told apart from chance.

For displacements X_r of equal mean M and independent errors, <X_r, X_s> with r != s is an unbiased estimate of |M|^2,
while <X_r, X_r> also holds the chance energy. It may be negative, and must stay so, or it is unbiased no more. This
holds for inner products over entries named beforehand; not for norms, for shares, or for layers picked afterwards.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def systematic_energy(gram: Floats) -> Floats:
    """Return the mean of <X_r, X_s> over r != s, unbiased for |M|^2; (..., R, R) inner products -> (...).

    Raises:
        ValueError: fewer than two replicates.
    """
    replicates = _replicates(gram)
    off_diagonal = gram.sum((-2, -1)) - np.trace(gram, axis1=-2, axis2=-1)
    return np.asarray(off_diagonal / (replicates * (replicates - 1)))


def chance_energy(gram: Floats) -> Floats:
    """Return the mean of |X_r - X_s|^2 / 2 over r != s, one replicate's expected squared error; (..., R, R) -> (...).

    Raises:
        ValueError: fewer than two replicates.
    """
    return np.asarray(np.trace(gram, axis1=-2, axis2=-1) / _replicates(gram) - systematic_energy(gram))


def _replicates(gram: Floats) -> int:
    if gram.shape[-1] < 2:
        raise ValueError("one replicate cannot tell what is systematic from chance")
    return int(gram.shape[-1])
