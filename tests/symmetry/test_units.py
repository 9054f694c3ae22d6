"""Dead units are seen to be dead, and only live ones are swapped."""

import pytest
import torch
from torch import Tensor, nn

from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.symmetry import Symmetry
from mode_connectivity.symmetry.equivalence import compare
from mode_connectivity.symmetry.selection import ablated, important_pairs, null_pair, random_pairs
from mode_connectivity.symmetry.units import observe_units, pair_distance
from support.small_networks import small_net, state_of

IMAGES = torch.rand(20, 3, 8, 8, generator=named_generator(0, "images"))
MODEL = small_net()
SYMMETRY = Symmetry.derive(MODEL, IMAGES[:2])


def test_activity_is_what_the_consumer_sees() -> None:
    state = state_of(MODEL)
    state["0.bias"][2] = -100.0
    state["0.weight"][4], state["0.bias"][4] = 0.0, 3.0
    units = observe_units(SYMMETRY, "0", MODEL, state, IMAGES.split(8))
    assert units.activity[2] == 0
    assert units.active_share[2] == 0
    assert units.activity[4] == pytest.approx(3)
    assert units.active_share[4] == 1
    assert 2 not in units.live.tolist()
    assert units.norm[4] == pytest.approx(3)
    expected = state["0.weight"][0].square().sum() + state["0.bias"][0].square()
    assert units.norm[0] == pytest.approx(float(expected.sqrt()), rel=1e-6)


def test_units_behind_a_flatten_are_watched_at_all_their_positions() -> None:
    state = state_of(MODEL)
    units = observe_units(SYMMETRY, "2", MODEL, state, IMAGES.split(8))
    with torch.no_grad():
        MODEL.load_state_dict(state)
        outputs = MODEL[:4](IMAGES)
    assert torch.allclose(units.activity, outputs.double().mean((0, 2, 3)), rtol=1e-5)


def test_pairs_are_disjoint_live_and_nested() -> None:
    live = torch.tensor([1, 3, 4, 7, 8, 9])
    three = random_pairs(live, 3, named_generator(0, "pairs"))
    assert sorted(unit for pair in three for unit in pair) == live.tolist()
    assert random_pairs(live, 1, named_generator(0, "pairs")) == three[:1]
    with pytest.raises(ValueError, match="has 6 live ones"):
        random_pairs(live, 4, named_generator(0, "pairs"))


def test_important_pairs_come_in_order_of_importance() -> None:
    live = torch.tensor([1, 3, 4, 7])
    assert important_pairs(live, [0.1, 0.4, 0.2, 0.3], 2) == [(3, 7), (4, 1)]


def test_null_pair_is_dead_units_or_else_the_nearest() -> None:
    state = state_of(MODEL)
    state["0.weight"][5], state["0.bias"][5] = state["0.weight"][2] + 1e-4, state["0.bias"][2]
    units = observe_units(SYMMETRY, "0", MODEL, state, IMAGES.split(8))
    assert (units.active_share == 0).sum() == 0
    assert sorted(null_pair(SYMMETRY, "0", units, state)) == [2, 5]
    state["0.bias"][[0, 3]] = -100.0
    units = observe_units(SYMMETRY, "0", MODEL, state, IMAGES.split(8))
    assert sorted(null_pair(SYMMETRY, "0", units, state)) == [0, 3]


def test_an_ablated_unit_is_a_unit_of_zeros() -> None:
    state = state_of(MODEL)
    silent = {**state, "2.weight": state["2.weight"].clone(), "2.bias": state["2.bias"].clone()}
    silent["2.weight"][3], silent["2.bias"][3] = 0.0, 0.0
    without = ablated(SYMMETRY, "2", 3, state)
    result = compare(small_net().double(), silent, without, IMAGES.double().split(20))
    assert result.holds
    assert not compare(small_net().double(), state, without, IMAGES.double().split(20)).holds
    assert torch.equal(without["2.weight"], state["2.weight"])


def test_distance_of_a_pair_and_of_the_swap_it_makes() -> None:
    state = state_of(MODEL)
    rows = torch.cat([state["0.weight"].flatten(1), state["0.bias"][:, None]], 1).double()
    assert pair_distance(SYMMETRY, "0", state, (1, 4)) == pytest.approx(float((rows[1] - rows[4]).norm()))


def test_equivalence_holds_for_a_swap_and_fails_for_half_of_one() -> None:
    model, images = small_net().double(), IMAGES.double()
    state = state_of(MODEL)
    swapped = SYMMETRY.apply(state, SYMMETRY.swap("0", [(1, 4)]))
    result = compare(model, state, swapped, images.split(7))
    assert result.holds
    assert result.images == 20
    assert not torch.equal(swapped["0.weight"], state["0.weight"])
    half = {**swapped, "2.weight": state["2.weight"]}
    result = compare(model, state, half, images.split(7))
    assert not result.holds
    assert result.relative_difference > 1e-3


class Rooted(nn.Module):
    """A layer whose units are read by a matrix on the root first, and by a layer after that if `again`."""

    def __init__(self, again: bool) -> None:
        super().__init__()
        self.first = nn.Linear(6, 6)
        self.W = nn.Parameter(torch.rand(4, 6, generator=named_generator(0, "W")))
        self.last = nn.Linear(6, 4) if again else None

    def forward(self, inputs: Tensor) -> Tensor:
        hidden = torch.relu(self.first(inputs))
        read = hidden @ self.W.T
        return read if self.last is None else read + self.last(hidden)


class Tokens(nn.Module):
    """Two linear layers on tokens (N, T, C), whose mean is the output."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(6, 5)
        self.last = nn.Linear(5, 4)

    def forward(self, tokens: Tensor) -> Tensor:
        logits: Tensor = self.last(torch.relu(self.first(tokens))).mean(1)
        return logits


def test_a_reader_on_the_root_is_not_mistaken_for_the_images() -> None:
    inputs = torch.rand(20, 6, generator=named_generator(0, "inputs"))
    model = Rooted(again=True)
    units = observe_units(Symmetry.derive(model, inputs[:2]), "first", model, state_of(model), inputs.split(8))
    expected = torch.relu(model.first(inputs)).double().mean(0)
    assert torch.allclose(units.activity, expected, rtol=1e-5)


def test_units_that_a_parameter_on_the_root_alone_reads_are_refused() -> None:
    inputs = torch.rand(20, 6, generator=named_generator(0, "inputs"))
    model = Rooted(again=False)
    with pytest.raises(ValueError, match="no linear or convolutional module reads the units of first"):
        observe_units(Symmetry.derive(model, inputs[:2]), "first", model, state_of(model), inputs.split(8))


def test_units_of_tokens_are_watched_at_every_token() -> None:
    tokens = torch.rand(20, 3, 6, generator=named_generator(0, "tokens"))
    model = Tokens()
    units = observe_units(Symmetry.derive(model, tokens[:2]), "first", model, state_of(model), tokens.split(8))
    assert torch.allclose(units.activity, torch.relu(model.first(tokens)).double().mean((0, 1)), rtol=1e-5)


class Owned(nn.Module):
    """A layer that is a matrix of the network's own, (inputs, units), and its gains and shifts, read by a layer."""

    def __init__(self) -> None:
        super().__init__()
        draws = named_generator(0, "owned")
        self.W = nn.Parameter(torch.rand(6, 5, generator=draws))
        self.shift = nn.Parameter(torch.rand(5, generator=draws))
        self.last = nn.Linear(5, 4)

    def forward(self, inputs: Tensor) -> Tensor:
        logits: Tensor = self.last(torch.relu(inputs @ self.W + self.shift))
        return logits


def test_a_parameter_that_is_a_layer_has_units_with_rows_of_their_own() -> None:
    inputs = torch.rand(20, 6, generator=named_generator(0, "inputs"))
    model = Owned()
    state, symmetry = state_of(model), Symmetry.derive(model, inputs[:2])
    assert symmetry.layers == {"W": "W"}
    units = observe_units(symmetry, "W", model, state, inputs.split(8))
    columns = torch.cat([state["W"], state["shift"][None]]).double()
    torch.testing.assert_close(units.norm, columns.norm(dim=0))
    assert torch.allclose(units.activity, torch.relu(inputs @ model.W + model.shift).double().mean(0), rtol=1e-5)
    assert pair_distance(symmetry, "W", state, (1, 4)) == pytest.approx(float((columns[:, 1] - columns[:, 4]).norm()))
    swapped = symmetry.apply(state, symmetry.swap("W", [(1, 4)]))
    assert torch.equal(swapped["W"], state["W"][:, [0, 4, 2, 3, 1]])
    assert compare(Owned().double(), state, swapped, inputs.double().split(20)).holds


def test_a_unit_of_a_grouped_convolution_owns_the_rows_of_all_its_channels() -> None:
    images = torch.rand(4, 4, 8, 8, generator=named_generator(0, "grouped"))
    model = nn.Sequential(
        nn.Conv2d(4, 4, 1), nn.ReLU(), nn.Conv2d(4, 8, 3, groups=2), nn.ReLU(), nn.Flatten(), nn.Linear(288, 3)
    )
    state, symmetry = state_of(model), Symmetry.derive(model, images[:2])
    units = observe_units(symmetry, "2", model, state, images.split(2))
    rows = torch.cat([state["2.weight"].flatten(1), state["2.bias"][:, None]], 1).double()
    torch.testing.assert_close(units.norm, rows.reshape(2, -1).norm(dim=1))


def test_a_parametrized_layer_has_rows() -> None:
    inputs = torch.rand(20, 6, generator=named_generator(0, "inputs"))
    model = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 4))
    plain = state_of(model)
    nn.utils.parametrize.register_parametrization(model[0], "weight", nn.Identity())
    state, symmetry = state_of(model), Symmetry.derive(model, inputs[:2])
    norm = observe_units(symmetry, "0", model, state, inputs.split(8)).norm
    torch.testing.assert_close(norm, torch.cat([plain["0.weight"], plain["0.bias"][:, None]], 1).double().norm(dim=1))


def test_a_reader_that_is_never_run_is_refused() -> None:
    inputs = torch.rand(20, 6, generator=named_generator(0, "inputs"))
    model = nn.Sequential(nn.Linear(6, 6), nn.ReLU(), Unrun(6, 4))
    with pytest.raises(ValueError, match=r"2\.inner does not run as a module"):
        observe_units(Symmetry.derive(model, inputs[:2]), "0", model, state_of(model), inputs.split(8))


class Unrun(nn.Module):
    """A linear layer whose weights are used without it, as attention uses its output projection."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.inner = nn.Linear(inputs, outputs)

    def forward(self, inputs: Tensor) -> Tensor:
        return nn.functional.linear(inputs, self.inner.weight, self.inner.bias)
