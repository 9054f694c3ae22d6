"""Tests a mean from few independent values exactly, by flipping signs.

Under the hypothesis that each value is symmetric about mu, every pattern of signs of x_i - mu is as likely as the one
observed (Fisher 1935, section 21). A pattern that flips the set A has at least the observed sum exactly where the mean
of x over A is at most mu; so the means of the 2^n - 1 sets that are not empty are all there is to know (Hartigan
1969, "typical values").
"""

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Alternative = Literal["two-sided", "greater", "less"]
EXACT = 16  # from more values on, that many sets are drawn at random: the test stays valid, and coarser than exact
FEWEST = 6  # values with which the two-sided test can reject at 5 %
SLACK = 1e-12  # means that differ by rounding alone are equal


def sign_flip_p(values: ArrayLike, mean: float = 0.0, alternative: Alternative = "two-sided") -> Floats:
    """Return the p-value of the hypothesis that the mean is `mean`; values (..., n), result (...).

    `greater` has a small p where the mean lies above. The smallest p is 2^-n one-sided and 2^(1-n) two-sided.
    """
    values = np.asarray(values, dtype=np.float64)
    means = set_means(values)
    slack = SLACK * np.abs(values).max(axis=-1, keepdims=True)
    count = 1 + means.shape[-1]
    greater = np.asarray((1 + (means <= mean + slack).sum(-1)) / count)
    less = np.asarray((1 + (means >= mean - slack).sum(-1)) / count)
    if alternative == "two-sided":
        return np.asarray(np.minimum(1.0, 2 * np.minimum(greater, less)))
    return greater if alternative == "greater" else less


def sign_flip_interval(values: Floats, level: float = 0.95) -> tuple[float, float] | None:
    """Return all means that the two-sided test does not reject at 1 - level; None where none can be rejected.

    For six values and 95 % it is [min, max], whose coverage is 1 - 2/64 = 96.9 %.
    """
    means = np.sort(set_means(values))
    count = 1 + len(means)
    kept = int(np.floor((1 - level) / 2 * count + 1e-9))  # one-sided p = (1 + number of means beyond) / count
    return (float(means[kept - 1]), float(means[-kept])) if kept >= 1 else None


def set_means(values: Floats) -> Floats:
    """Return means over all sets of values but the empty one, (..., n) -> (..., 2^n - 1); for large n over a sample."""
    means: Floats = values @ _weights(values.shape[-1])
    return means


@lru_cache
def _weights(n: int) -> Floats:
    """Return a column a set: one over its size for each of its members."""
    if n <= EXACT:
        members = (np.arange(1, 2**n)[:, None] >> np.arange(n)) & 1
    else:
        members = np.random.default_rng(0).integers(0, 2, (2**EXACT - 1, n))
        members = members[members.any(axis=1)]
    return np.asarray((members / members.sum(1, keepdims=True)).T)
