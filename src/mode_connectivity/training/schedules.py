"""Computes learning-rate schedules: the factor on the highest rate by the share of training done."""

import math
from collections.abc import Callable

Schedule = Callable[[float], float]


def constant(share: float) -> float:
    return 1.0


def cosine(share: float) -> float:
    """Return (1 + cos(pi s)) / 2 (Loshchilov & Hutter 2017, eq. 5, one period)."""
    return (1 + math.cos(math.pi * share)) / 2


def garipov(share: float) -> float:
    """Return 1 up to half-way, then linear to 0.01 at nine tenths (Garipov et al. 2018, appendix A.2)."""
    if share <= 0.5:
        return 1.0
    return 1.0 - 0.99 * (share - 0.5) / 0.4 if share <= 0.9 else 0.01


def one_cycle(share: float) -> float:
    """Return 1/25 rising to 1 over the first 30 %, then down to 0, both along a cosine (Smith & Topin 2018)."""
    rise, start = 0.3, 1 / 25
    if share < rise:
        return start + (1 - start) * (1 - cosine(share / rise))
    return cosine((share - rise) / (1 - rise))


SCHEDULES: dict[str, Schedule] = {
    "constant": constant,
    "cosine": cosine,
    "garipov": garipov,
    "one_cycle": one_cycle,
}
