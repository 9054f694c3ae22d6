"""Pools means and variances of batches of any sizes, so that the moments are those of all values at once."""

import torch
from torch import Tensor


class Pooled:
    """Sums count, mean and squared deviations from it of each channel over batches, in float64 (Chan et al. 1979).

    Two sets with counts n, m, means a, b and sums of squared deviations A, B have together n + m values, the mean
    a + (b - a) m / (n + m) and the sum A + B + (b - a)^2 n m / (n + m).
    """

    def __init__(self) -> None:
        self.count = 0
        self.mean = self.squares = torch.zeros((), dtype=torch.float64)

    def add(self, count: int, mean: Tensor, variance: Tensor, correction: int = 0) -> None:
        """Add a batch by its mean and variance (C,), whose divisor is `count - correction`."""
        mean = mean.to(torch.float64, copy=True)
        squares = variance.double() * (count - correction)
        if not self.count:
            self.count, self.mean, self.squares = count, mean, squares
            return
        total, step = self.count + count, mean - self.mean
        self.mean = self.mean + step * (count / total)
        self.squares = self.squares + squares + step.square() * (self.count * count / total)
        self.count = total

    def variance(self, correction: int = 0) -> Tensor:
        """Return the variance (C,), with the divisor `count - correction`."""
        return self.squares / (self.count - correction)
