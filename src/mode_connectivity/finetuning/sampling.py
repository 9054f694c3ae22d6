"""Draws the images that a network is fine-tuned on."""

import torch
from torch import Generator, Tensor


def draw(total: int, amount: float | None, generator: Generator) -> Tensor:
    """Return sorted indices, (n,) int64, of images drawn from `total` without replacement, all equally likely.

    `amount` is a count, a share in (0, 1) of `total`, or None for all of them. A larger draw of a generator in the same
    state contains every smaller one.

    Raises:
        ValueError: more than there are, or none.
    """
    wanted = total if amount is None else round(amount * total) if 0 < amount < 1 else int(amount)
    if not 0 < wanted <= total:
        raise ValueError(f"{amount} asks for {wanted} of {total} images")
    return torch.randperm(total, generator=generator)[:wanted].sort().values
