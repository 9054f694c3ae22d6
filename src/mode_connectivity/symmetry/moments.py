"""Computes streaming correlations between the units of two networks."""

import torch
from torch import Tensor

CACHED = 2**17  # entries taken at once, so that their float64 copies stay in the cache


class Moments:
    """Sums first and second moments of x (units, samples) and y (units, samples) in float64 over batches.

    They are taken about the first batch's means, so that no digits are lost where a mean is large.
    """

    def __init__(self) -> None:
        self.samples = 0

    def add(self, x: Tensor, y: Tensor) -> None:
        """Add one more batch, of any floating-point type; neither x nor y is written to."""
        if self.samples == 0:
            self.shift_x, self.shift_y = (each.mean(dim=1, keepdim=True).double() for each in (x, y))
            self.x, self.y, self.xx, self.yy = self.shift_x.new_zeros(4, len(x)).unbind()
            self.xy = self.shift_x.new_zeros(len(x), len(y))
        self.samples += x.shape[1]
        size = max(1, CACHED // len(x))
        for left, right in zip(torch.split(x, size, dim=1), torch.split(y, size, dim=1), strict=True):
            self._add(left.double() - self.shift_x, right.double() - self.shift_y)

    def _add(self, x: Tensor, y: Tensor) -> None:
        self.x += x.sum(dim=1)
        self.y += y.sum(dim=1)
        self.xx += torch.linalg.vecdot(x, x)
        self.yy += torch.linalg.vecdot(y, y)
        self.xy.addmm_(x, y.T)

    def correlation(self) -> Tensor:
        """Return corr(x_u, y_v), (units, units); 0 where a unit does not vary."""
        covariance = self.xy - torch.outer(self.x, self.y) / self.samples
        variances = (self.xx - self.x.square() / self.samples, self.yy - self.y.square() / self.samples)
        spread_x, spread_y = (variance.clamp(min=0).sqrt() for variance in variances)
        return (covariance / torch.outer(spread_x, spread_y)).nan_to_num(0.0, 0.0, 0.0)
