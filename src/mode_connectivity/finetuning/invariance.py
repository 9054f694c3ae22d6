"""Computes the invariance loss of CBFT: how far a class's mean features move when the cue is added."""

import torch
from torch import Tensor
from torch.nn.functional import normalize


def invariance_loss(
    features: Tensor, labels: Tensor, cue_features: Tensor, cue_labels: Tensor, num_classes: int
) -> Tensor:
    """Return sum_c |m_c / |m_c| - m'_c / |m'_c||^2 / num_classes (Lubana et al. 2023, section 5.1).

    m_c is the mean of the `features`, (N, D), of class c, and m'_c that of `cue_features`, (M, D). A class that is
    missing from either batch adds nothing. The loss lies in [0, 4].
    """
    classes = torch.arange(num_classes, device=labels.device)
    gap = torch.zeros((), device=features.device)
    both = torch.ones(num_classes, dtype=torch.bool, device=features.device)
    for sign, rows, theirs in ((1, features, labels), (-1, cue_features, cue_labels)):
        member = (theirs == classes[:, None]).to(
            rows
        )  # (classes, N); no boolean index, which would wait for the device
        count = member.sum(1, keepdim=True)
        gap = gap + sign * normalize(member @ rows / count.clamp(min=1), dim=1)
        both = both & (count[:, 0] > 0)
    return (gap.square().sum(1) * both).sum() / num_classes
