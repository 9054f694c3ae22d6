"""REPAIR gives every layer the activations that were asked for, and changes nothing where nothing is to be changed."""

import torch
from torch import Tensor, nn

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


class TokensTwice(nn.Module):
    """Rows of pixels as tokens (N, T, C) through one layer, then through another twice."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.first, self.twice, self.last = nn.Linear(8, 6), nn.Linear(6, 6), nn.Linear(6, 4)

    def forward(self, images: Tensor) -> Tensor:
        tokens = torch.relu(self.first(images.flatten(1, 2)))
        logits: Tensor = self.last(torch.relu(self.twice(torch.relu(self.twice(tokens)))).mean(1))
        return logits


def test_channels_of_tokens_are_repaired_and_a_layer_that_runs_twice_is_left_alone() -> None:
    line = Linear(state_of(TokensTwice(0)), state_of(TokensTwice(1)))
    model = TokensTwice(0)
    ends = (output_moments(model, line.at(0.0), IMAGES, SCALING), output_moments(model, line.at(1.0), IMAGES, SCALING))
    assert list(ends[0]) == ["first", "last"]
    fixed = repair(model, line.at(0.5), 0.5, ends, IMAGES, SCALING)
    mean, deviation = output_moments(model, fixed, IMAGES, SCALING)["first"]
    outputs = model.first(SCALING.apply(IMAGES.pixels).flatten(1, 2))  # the model holds the state of t = 0
    assert torch.allclose(ends[0]["first"][0], outputs.mean((0, 1)), atol=1e-5)
    assert torch.allclose(mean, (ends[0]["first"][0] + ends[1]["first"][0]) / 2, atol=1e-4)
    assert torch.allclose(deviation, (ends[0]["first"][1] + ends[1]["first"][1]) / 2, atol=1e-4)
    assert torch.equal(fixed["twice.weight"], line.at(0.5)["twice.weight"])
