"""A bend whose units only scale and shift."""

import torch

from mode_connectivity.paths import Linear
from mode_connectivity.paths.affine import affine_projection
from support.small_networks import small_net, state_of

START, END = (state_of(small_net(seed, batch_norm=True)) for seed in (0, 1))
MIDDLE = Linear(START, END).at(0.5)


def test_rows_keep_their_direction_and_shifts_are_free() -> None:
    bend = {name: tensor + torch.randn_like(tensor, dtype=torch.float32) for name, tensor in MIDDLE.items()}
    moved = {name: tensor.clone() for name, tensor in bend.items()}
    project = affine_projection(START, END)
    project(moved)
    for name in ("0.weight", "8.weight"):
        rows, middle = moved[name].flatten(1), MIDDLE[name].flatten(1)
        cosine = torch.nn.functional.cosine_similarity(rows, middle).abs()
        assert torch.allclose(cosine, torch.ones_like(cosine), atol=1e-5)
    assert torch.equal(moved["0.bias"], bend["0.bias"])
    again = {name: tensor.clone() for name, tensor in moved.items()}
    project(again)
    assert all(torch.allclose(again[name], moved[name], atol=1e-5) for name in moved)


def test_it_is_the_nearest_point_of_that_kind() -> None:
    bend = {name: tensor + torch.randn_like(tensor, dtype=torch.float32) for name, tensor in MIDDLE.items()}
    moved = {name: tensor.clone() for name, tensor in bend.items()}
    affine_projection(START, END)(moved)
    left = (bend["8.weight"] - moved["8.weight"]).flatten(1)
    assert torch.allclose((left * MIDDLE["8.weight"].flatten(1)).sum(1), torch.zeros(len(left)), atol=1e-4)
