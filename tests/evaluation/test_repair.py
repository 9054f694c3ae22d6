"""REPAIR gives every layer the activations that were asked for, and changes nothing where nothing is to be changed."""

import torch

from mode_connectivity.datasets import Scaling
from mode_connectivity.evaluation import output_moments, repair
from mode_connectivity.paths import Linear
from support.small_networks import small_net, state_of, stripes

IMAGES = stripes()
SCALING = Scaling.of(IMAGES)
MODEL = small_net()
LINE = Linear(state_of(small_net(0)), state_of(small_net(1)))
ENDS = (
    output_moments(MODEL, LINE.at(0.0), IMAGES, SCALING),
    output_moments(MODEL, LINE.at(1.0), IMAGES, SCALING),
)


def test_repaired_layers_have_the_interpolated_moments_of_the_ends() -> None:
    fixed = repair(MODEL, LINE.at(0.3), 0.3, ENDS, IMAGES, SCALING)
    found = output_moments(MODEL, fixed, IMAGES, SCALING)
    assert list(found) == ["0", "2", "5", "7"]
    for layer in ("0", "2", "5"):
        for part in (0, 1):
            wanted = 0.7 * ENDS[0][layer][part] + 0.3 * ENDS[1][layer][part]
            assert torch.allclose(found[layer][part], wanted, rtol=1e-4, atol=1e-4), layer


def test_an_end_is_repaired_to_itself_and_the_last_layer_is_left_alone() -> None:
    fixed = repair(MODEL, LINE.at(0.0), 0.0, ENDS, IMAGES, SCALING)
    for name, tensor in LINE.at(0.0).items():
        assert torch.allclose(fixed[name], tensor, atol=1e-4), name
    middle = repair(MODEL, LINE.at(0.5), 0.5, ENDS, IMAGES, SCALING)
    assert torch.equal(middle["7.weight"], LINE.at(0.5)["7.weight"])
    assert not torch.allclose(middle["2.weight"], LINE.at(0.5)["2.weight"])


def test_a_channel_that_does_not_vary_keeps_its_weights() -> None:
    state = LINE.at(0.5)
    state["0.weight"][1] = 0.0
    fixed = repair(MODEL, state, 0.5, ENDS, IMAGES, SCALING)
    assert torch.equal(fixed["0.weight"][1], torch.zeros_like(fixed["0.weight"][1]))
    assert all(torch.isfinite(tensor).all() for tensor in fixed.values())
