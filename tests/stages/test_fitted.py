"""Bends lie in one file, a single one as plainly as any network."""

import torch

from mode_connectivity.stages.fitted import stacked, unstacked
from studies import small_net, state_of

A, B, C = (state_of(small_net(seed, batch_norm=True)) for seed in range(3))


def test_a_single_bend_keeps_its_names() -> None:
    assert list(stacked([A])) == list(A)
    assert unstacked(stacked([A]), 1) == [A]


def test_several_bends_come_back_in_their_order() -> None:
    many = [A, B, C, *[A] * 8]
    together = stacked(many)
    assert next(iter(together)) == "bends.1.0.weight"
    assert len(together) == 11 * len(A)
    for bend, back in zip(many, unstacked(together, 11), strict=True):
        assert list(back) == list(bend)
        assert all(torch.equal(back[name], bend[name]) for name in bend)
