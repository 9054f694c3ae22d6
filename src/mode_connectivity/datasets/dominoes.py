"""Makes the dominoes cue: an image of a second data set stands above the image, and its class is the cue."""

import torch
from torch import Tensor

from mode_connectivity.datasets.images import DatasetError, Images


def stack(upper: Tensor | None, lower: Tensor) -> Tensor:
    """Return (N, 3, 2H, W): `upper` above `lower`, uint8 (N, 3, H, W) each; black above where `upper` is None."""
    return torch.cat([torch.zeros_like(lower) if upper is None else upper, lower], dim=2)


def partners(cue_labels: Tensor, second: Images, generator: torch.Generator) -> Tensor:
    """Return for each cue label the index of an image of `second` of that class, int64 (N,).

    Classes correspond by their index. The images of a class are dealt in random order, and none a second time before
    all of its class were dealt.

    Raises:
        DatasetError: `second` has no image of a class that is asked for.
    """
    chosen = torch.empty_like(cue_labels)
    for label in cue_labels.unique().tolist():
        members = torch.nonzero(second.labels == label)[:, 0]
        if not len(members):
            raise DatasetError(f"cue.second: the second source has no images of class {label}")
        wanted = torch.nonzero(cue_labels == label)[:, 0]
        rounds = -(-len(wanted) // len(members))
        order = torch.cat([torch.randperm(len(members), generator=generator) for _ in range(rounds)])
        chosen[wanted] = members[order[: len(wanted)].to(members.device)]
    return chosen
