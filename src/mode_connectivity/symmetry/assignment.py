"""Solves the linear assignment of units."""

import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor


def assign(similarity: Tensor) -> Tensor:
    """Return the permutation p with the largest sum_u similarity[u, p[u]]; (n, n) to long (n,) on the CPU.

    Solved exactly by the algorithm of Jonker and Volgenant as in Crouse (2016). Entries that are not finite count as 0.
    """
    _, columns = linear_sum_assignment(similarity.double().nan_to_num(0.0, 0.0, 0.0).cpu().numpy(), maximize=True)
    return torch.from_numpy(columns).long()
