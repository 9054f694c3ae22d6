"""Computes the invariance loss of CBFT: how far a class's mean features move when the cue is added."""

from torch import Tensor
from torch.nn.functional import normalize


def invariance_loss(
    features: Tensor, labels: Tensor, cue_features: Tensor, cue_labels: Tensor, num_classes: int
) -> Tensor:
    """Return sum_c |m_c / |m_c| - m'_c / |m'_c||^2 / num_classes (Lubana et al. 2023, section 5.1).

    m_c is the mean of the `features`, (N, D), of class c, and m'_c that of `cue_features`, (M, D). A class that is
    missing from either batch adds nothing. The loss lies in [0, 4].
    """
    total = features.new_zeros(())
    for label in range(num_classes):
        here, there = features[labels == label], cue_features[cue_labels == label]
        if len(here) and len(there):
            gap = normalize(here.mean(0), dim=0) - normalize(there.mean(0), dim=0)
            total = total + gap.square().sum()
    return total / num_classes
