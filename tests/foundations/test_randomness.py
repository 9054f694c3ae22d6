"""Draws have names, and the names mean the same in every process."""

import torch

from mode_connectivity.foundations.randomness import named_generator, named_seed


def test_seed_is_a_fixed_function_of_its_name() -> None:
    assert named_seed(0, "curve t") == 225374418881478808
    assert len({named_seed(seed, purpose) for seed in range(50) for purpose in ("order", "t")}) == 100


def test_generators_of_one_name_draw_alike_and_others_do_not() -> None:
    first, again, other = (torch.rand(4, generator=named_generator(1, name)) for name in ("t", "t", "order"))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
