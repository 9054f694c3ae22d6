"""Streaming correlations between the units of two networks."""

import torch
from torch import Tensor


class Moments:
    """First and second moments of x (units, samples) and y (units, samples), summed in float64 over batches.

    They are taken about the first batch's means, so that no digits are lost where a mean is large.
    """

    def __init__(self) -> None:
        self.samples = 0

    def add(self, x: Tensor, y: Tensor) -> None:
        """One more batch; x and y are float64 and are overwritten."""
        if self.samples == 0:
            self.shift_x, self.shift_y = x.mean(dim=1, keepdim=True), y.mean(dim=1, keepdim=True)
            self.x, self.y, self.xx, self.yy = x.new_zeros(4, len(x)).unbind()
            self.xy = x.new_zeros(len(x), len(y))
        x -= self.shift_x
        y -= self.shift_y
        self.samples += x.shape[1]
        self.x += x.sum(dim=1)
        self.y += y.sum(dim=1)
        self.xx += torch.linalg.vecdot(x, x)
        self.yy += torch.linalg.vecdot(y, y)
        self.xy.addmm_(x, y.T)

    def correlation(self) -> Tensor:
        """corr(x_u, y_v), (units, units); 0 where a unit does not vary."""
        covariance = self.xy - torch.outer(self.x, self.y) / self.samples
        variances = (self.xx - self.x.square() / self.samples, self.yy - self.y.square() / self.samples)
        spread_x, spread_y = (variance.clamp(min=0).sqrt() for variance in variances)
        return (covariance / torch.outer(spread_x, spread_y)).nan_to_num(0.0, 0.0, 0.0)
