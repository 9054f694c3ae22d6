"""REPAIR gives every layer the activations that were asked for, and changes nothing where nothing is to be changed."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import linear
from torch.nn.utils.parametrizations import spectral_norm

from mode_connectivity.data.sets import Scaling, ScoringBatches
from mode_connectivity.measures import output_moments, recalibrate, repair
from mode_connectivity.paths import Linear
from support.small_networks import small_net, state_of, stripes

IMAGES = stripes()
SCALING = Scaling.of(IMAGES)
BATCHES = ScoringBatches(IMAGES, SCALING)
MODEL = small_net()
LINE = Linear(state_of(small_net(0)), state_of(small_net(1)))
ENDS = (output_moments(MODEL, LINE.at(0.0), BATCHES), output_moments(MODEL, LINE.at(1.0), BATCHES))


def line_between(made: Callable[[], nn.Module]) -> tuple[nn.Module, Linear]:
    """A network in float64 and the line between two draws of it."""
    torch.manual_seed(0)
    model, first, second = (made().double() for _ in range(3))
    return model, Linear(state_of(first), state_of(second))


def repaired(made: Callable[[], nn.Module], t: float, batches: Any) -> tuple[Any, ...]:
    model, line = line_between(made)
    ends = (output_moments(model, line.at(0.0), batches), output_moments(model, line.at(1.0), batches))
    fixed = repair(model, line.at(t), t, ends, batches)
    return model, line, ends, fixed


def test_repaired_layers_have_the_interpolated_moments_of_the_ends() -> None:
    fixed = repair(MODEL, LINE.at(0.3), 0.3, ENDS, BATCHES)
    found = output_moments(MODEL, fixed, BATCHES)
    assert list(found) == ["0", "2", "5", "7"]
    for layer in ("0", "2", "5"):
        for part in (0, 1):
            wanted = 0.7 * ENDS[0][layer][part] + 0.3 * ENDS[1][layer][part]
            assert torch.allclose(found[layer][part], wanted, rtol=1e-4, atol=1e-4), layer


def test_moments_are_those_of_a_plain_pass_in_float64() -> None:
    with torch.no_grad():
        outputs = small_net(0)[0].double()(SCALING.apply(IMAGES.pixels, torch.float64))
    mean, deviation = ENDS[0]["0"]
    assert torch.allclose(mean, outputs.mean((0, 2, 3)), atol=1e-6)
    assert torch.allclose(deviation, outputs.std((0, 2, 3), correction=0), atol=1e-6)


def test_an_end_is_repaired_to_itself_and_the_last_layer_is_left_alone() -> None:
    fixed = repair(MODEL, LINE.at(0.0), 0.0, ENDS, BATCHES)
    assert all(torch.equal(fixed[name], tensor) for name, tensor in LINE.at(0.0).items())
    middle = repair(MODEL, LINE.at(0.5), 0.5, ENDS, BATCHES)
    assert torch.equal(middle["7.weight"], LINE.at(0.5)["7.weight"])
    assert not torch.allclose(middle["2.weight"], LINE.at(0.5)["2.weight"])


def test_a_channel_that_does_not_vary_keeps_its_weights() -> None:
    state = LINE.at(0.5)
    state["0.weight"][1] = 0.0
    fixed = repair(MODEL, state, 0.5, ENDS, BATCHES)
    assert torch.equal(fixed["0.weight"][1], torch.zeros_like(fixed["0.weight"][1]))
    assert all(torch.isfinite(tensor).all() for tensor in fixed.values())


def test_several_batches_give_what_one_gives() -> None:
    parts = ScoringBatches(IMAGES, SCALING, 40, torch.float64)
    whole = ScoringBatches(IMAGES, SCALING, len(IMAGES), torch.float64)
    of_parts, of_whole = (repaired(small_net, 0.5, batches)[3] for batches in (parts, whole))
    assert all(torch.allclose(tensor, of_parts[name], rtol=1e-9, atol=1e-9) for name, tensor in of_whole.items())


def convolutions(kind: str) -> Callable[[], nn.Module]:
    """Two layers of a kind, grouped, between layers that make and read their maps."""
    conv, dims = getattr(nn, kind), int(kind[-2])
    into = getattr(nn, f"Conv{dims}d")(3, 6, 2)

    def made() -> nn.Module:
        return nn.Sequential(
            into,
            nn.Tanh(),
            conv(6, 4, 3, stride=2, groups=2),
            nn.Tanh(),
            conv(4, 6, 2),
            nn.Tanh(),
            nn.Flatten(2),
            nn.LazyLinear(5),
            nn.Tanh(),
            nn.LazyLinear(2),
        )

    return made


KINDS = [f"Conv{dims}d" for dims in (1, 2, 3)] + [f"ConvTranspose{dims}d" for dims in (1, 2, 3)]


@pytest.mark.parametrize("kind", KINDS)
def test_convolutions_of_every_kind_are_repaired(kind: str) -> None:
    dims = int(kind[-2])
    inputs = torch.randn(20, 3, *[8] * dims, generator=torch.Generator().manual_seed(1)).double()

    def made() -> nn.Module:
        torch.manual_seed(torch.initial_seed() + 1)
        model = convolutions(kind)()
        with torch.no_grad():
            model(inputs.float())
        return model

    model, _, ends, fixed = repaired(made, 0.3, [(inputs, torch.zeros(20))])
    found = output_moments(model, fixed, [(inputs, torch.zeros(20))])
    assert list(found) == ["0", "2", "4", "7", "9"]
    for layer in list(found)[:-1]:
        for part in (0, 1):
            wanted = 0.7 * ends[0][layer][part] + 0.3 * ends[1][layer][part]
            assert torch.allclose(found[layer][part], wanted, rtol=1e-9, atol=1e-12), layer


def deep_norms(bias: bool = True) -> nn.Sequential:
    """Convolutions with batch norms, then linear layers without: a recalibration takes no care of the latter."""
    layers: list[nn.Module] = []
    for wide, narrow in ((3, 8), (8, 8)):
        layers += [nn.Conv2d(wide, narrow, 3, padding=1, bias=bias), nn.BatchNorm2d(narrow), nn.ReLU()]
    model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(512, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU())
    model.append(nn.Linear(16, 4))
    for module in model:
        if isinstance(module, nn.BatchNorm2d):  # as in a trained network: far from what the batches give
            nn.init.uniform_(module.weight, 0.5, 2)
            module.running_var = torch.full_like(module.weight.detach(), 9.0)
    return model


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("size", [96, 48])
def test_with_batch_norm_what_reaches_each_layer_after_recalibration_has_the_interpolated_moments(
    bias: bool, size: int
) -> None:
    batches = ScoringBatches(IMAGES, SCALING, size, torch.float64)
    model, line, ends, fixed = repaired(lambda: deep_norms(bias), 0.3, batches)
    again = recalibrate(model, fixed, batches)
    assert all(torch.allclose(tensor, again[name], rtol=1e-9) for name, tensor in fixed.items())
    found = output_moments(model, fixed, batches)
    for layer in ("7", "9"):
        for part in (0, 1):
            wanted = 0.7 * ends[0][layer][part] + 0.3 * ends[1][layer][part]
            assert torch.allclose(found[layer][part], wanted, rtol=1e-9, atol=1e-12), layer
    assert not torch.allclose(fixed["7.weight"], line.at(0.3)["7.weight"])


@pytest.mark.parametrize("t", [0.0, 1.0])
def test_with_batch_norm_an_end_keeps_its_weights_to_the_bit(t: float) -> None:
    """So it gives what the end itself gives after a recalibration."""
    batches = ScoringBatches(IMAGES, SCALING, 48, torch.float64)
    model, line, _, fixed = repaired(deep_norms, t, batches)
    wanted = recalibrate(model, line.at(t), batches)
    assert all(torch.equal(tensor, wanted[name]) for name, tensor in fixed.items())


class Block(nn.Module):
    """Attention and a perceptron over (N, T, 6), of plain linear layers, beside layer norms and residuals."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.first, self.second = nn.Linear(8, 6), nn.LayerNorm(6), nn.LayerNorm(6)
        self.qkv, self.out = nn.Linear(6, 18), nn.Linear(6, 6)
        self.up, self.down, self.head = nn.Linear(6, 12), nn.Linear(12, 6), nn.Linear(6, 4)
        self.place = nn.Parameter(torch.randn(1, 24, 6))

    def forward(self, images: Tensor) -> Tensor:
        x = self.embed(images.flatten(1, 2)) + self.place
        q, k, v = self.qkv(self.first(x)).chunk(3, -1)
        x = x + self.out(torch.softmax(q @ k.transpose(1, 2), -1) @ v)
        x = x + self.down(torch.relu(self.up(self.second(x))))
        logits: Tensor = self.head(x.mean(1))
        return logits


def test_linear_layers_of_a_transformer_are_repaired() -> None:
    batches = ScoringBatches(IMAGES, SCALING, 40, torch.float64)
    model, _, ends, fixed = repaired(Block, 0.5, batches)
    found = output_moments(model, fixed, batches)
    assert list(found) == ["embed", "qkv", "out", "up", "down", "head"]
    for layer in list(found)[:-1]:
        for part in (0, 1):
            wanted = (ends[0][layer][part] + ends[1][layer][part]) / 2
            assert torch.allclose(found[layer][part], wanted, rtol=1e-9, atol=1e-12), layer


class Twice(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.twice, self.last = nn.Linear(8, 6), nn.Linear(6, 6), nn.Linear(6, 4)

    def forward(self, images: Tensor) -> Tensor:
        tokens = torch.relu(self.first(images.flatten(1, 2)))
        logits: Tensor = self.last(torch.relu(self.twice(torch.relu(self.twice(tokens)))).mean(1))
        return logits


class Attentive(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.attention, self.last = nn.Linear(8, 6), nn.MultiheadAttention(6, 2), nn.Linear(6, 4)

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.first(images.flatten(1, 2))
        logits: Tensor = self.last(self.attention(tokens, tokens, tokens)[0].mean(1))
        return logits


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.lstm, self.last = nn.Linear(8, 6), nn.LSTM(6, 6, batch_first=True), nn.Linear(6, 4)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.last(self.lstm(self.first(images.flatten(1, 2)))[0].mean(1))
        return logits


class Turned(nn.Module):
    """A matrix of its own, read transposed, and a layer whose weight decodes what it encodes."""

    def __init__(self, matrix: bool) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(8, 6), nn.Linear(8, 4)
        self.matrix = nn.Parameter(torch.randn(6, 8)) if matrix else None

    def forward(self, images: Tensor) -> Tensor:
        hidden = self.first(images.flatten(1, 2))
        hidden = hidden @ self.matrix if self.matrix is not None else linear(hidden, self.first.weight.T)
        logits: Tensor = self.last(hidden.mean(1))
        return logits


class Tied(Twice):
    """Another module has the same weights, and is not run."""

    def __init__(self) -> None:
        super().__init__()
        self.twin = nn.Linear(8, 6)
        self.twin.weight = self.first.weight

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.last(self.first(images.flatten(1, 2)).mean(1))
        return logits


def plain(*layers: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Flatten(), *layers, nn.Linear(6, 4))


REFUSED: dict[str, tuple[Callable[[], nn.Module], str]] = {
    "runs twice": (Twice, r"twice \(Linear\): it runs more than once"),
    "no bias": (lambda: plain(nn.Linear(192, 6, bias=False), nn.ReLU()), r"1 \(Linear\): it has no bias"),
    "no bias before a layer norm": (lambda: plain(nn.Linear(192, 6, bias=False), nn.LayerNorm(6)), "1 .*no bias"),
    "parametrized": (lambda: plain(spectral_norm(nn.Linear(192, 6))), r"1 \(Parametrized.*computed from other"),
    "attention": (Attentive, r"attention\.in_proj_weight: .*outside"),
    "recurrent": (Recurrent, r"lstm\.weight_ih_l0: .*outside"),
    "a matrix": (lambda: Turned(True), "matrix: .*outside"),
    "transposed": (lambda: Turned(False), r"first\.weight: .*outside"),
    "tied": (Tied, r"first \(Linear\): another module has the same weights"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_corrected_is_refused_by_name(case: str) -> None:
    made, message = REFUSED[case]
    model = made()
    with pytest.raises(ValueError, match=f"REPAIR cannot correct {message}"):
        output_moments(model, state_of(model), BATCHES)


def test_a_layer_that_does_not_run_and_a_bias_free_one_before_its_norm_are_no_reason() -> None:
    model = deep_norms(bias=False)
    model[2].unused = nn.Linear(3, 3, bias=False)
    assert list(output_moments(model, state_of(model), BATCHES)) == ["0", "3", "7", "9", "11"]


def test_a_batch_too_small_for_its_norms_is_refused() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(192, 6), nn.BatchNorm1d(6), nn.Linear(6, 4))
    one = [(torch.zeros(1, 3, 8, 8), torch.zeros(1))]
    with pytest.raises(ValueError, match="single value a channel"):
        output_moments(model, state_of(model), one)
    with pytest.raises(ValueError, match="no batches"):
        output_moments(model, state_of(model), one[:0])
