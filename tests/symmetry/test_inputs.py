"""How a model is given to the derivation, and on what it is run."""

import pytest
import torch
from torch import Tensor, nn

from mode_connectivity.symmetry import Symmetry, UnsupportedModule, match_activations


class TwoInputs(nn.Module):
    """Adds what two layers make of two inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.left, self.right, self.head = nn.Linear(3, 6), nn.Linear(4, 6), nn.Linear(6, 2)

    def forward(self, first: Tensor, second: Tensor, *, mask: Tensor | None = None) -> dict[str, Tensor]:
        hidden = torch.tanh(self.left(first) + self.right(second))
        return {"logits": self.head(hidden if mask is None else hidden * mask)}


INPUTS = torch.rand(5, 3), torch.rand(5, 4)


@pytest.mark.parametrize(
    "inputs",
    [INPUTS, list(INPUTS), {"second": INPUTS[1], "first": INPUTS[0]}, {"first": INPUTS[0], "second": INPUTS[1]}],
)
def test_arguments_by_place_and_by_name(inputs: object) -> None:
    assert Symmetry.derive(TwoInputs(), inputs).groups == {"left": 6}


def test_a_keyword_without_a_tensor_and_one_that_changes_the_pass() -> None:
    named = {"first": INPUTS[0], "second": INPUTS[1]}
    assert Symmetry.derive(TwoInputs(), {**named, "mask": None}).groups == {"left": 6}
    assert Symmetry.derive(TwoInputs(), {**named, "mask": torch.rand(6)}).groups == {}


@pytest.mark.parametrize(
    "batch", [(INPUTS, torch.zeros(5)), {"first": INPUTS[0], "second": INPUTS[1], "labels": torch.zeros(5)}]
)
def test_activations_of_several_inputs(batch: object) -> None:
    model = TwoInputs()
    symmetry = Symmetry.derive(model, INPUTS)
    planted = symmetry.random(torch.Generator().manual_seed(0))
    moved = symmetry.apply(model.state_dict(), planted)
    found = match_activations(symmetry, model, model.state_dict(), moved, [batch])
    assert torch.equal(found["left"], symmetry.invert(planted)["left"])


def mlp() -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 2))


@pytest.mark.parametrize("wrap", [nn.DataParallel, lambda model: torch.compile(model, backend="eager")])
def test_a_wrapped_network_is_derived_under_its_own_names(wrap: type[nn.DataParallel[nn.Sequential]]) -> None:
    symmetry = Symmetry.derive(wrap(mlp()), torch.rand(2, 4))
    assert symmetry.groups == {"0": 6}
    assert list(symmetry.axes) == ["0.weight", "0.bias", "2.weight"]


def test_a_module_that_stands_in_the_network_twice_keeps_its_own_tensors() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
    model.extend([model[0], nn.ReLU(), nn.Linear(4, 2)])
    before = list(model.parameters())
    Symmetry.derive(model, torch.rand(2, 4))
    assert all(old is new for old, new in zip(before, model.parameters(), strict=True))


class Careful(nn.Module):
    """Normalises in single precision, as language models do that run in half precision."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.head = nn.Linear(4, 64), nn.Linear(64, 2)

    def forward(self, x: Tensor) -> Tensor:
        hidden = torch.tanh(self.first(x))
        precise = hidden.float()
        normed = (precise * torch.rsqrt(precise.pow(2).mean(-1, keepdim=True) + 1e-6)).type_as(hidden)
        logits: Tensor = self.head(normed)
        return logits


def test_what_converts_to_single_precision_is_compared_in_double() -> None:
    assert Symmetry.derive(Careful(), torch.rand(9, 4)).groups == {"first": 64}


class Recurrent(nn.Module):
    """A recurrent layer and what reads its last step."""

    def __init__(self, layer: nn.Module, outputs: int) -> None:
        super().__init__()
        self.layer, self.head = layer, nn.Linear(outputs, 2)

    def forward(self, steps: Tensor) -> Tensor:
        logits: Tensor = self.head(self.layer(steps)[0][:, -1])
        return logits


LAYERS: dict[str, nn.Module] = {
    "LSTM": nn.LSTM(3, 6, batch_first=True),
    "LSTM of two layers and directions": nn.LSTM(3, 6, 2, batch_first=True, bidirectional=True),
    "LSTM without biases": nn.LSTM(3, 6, bias=False, batch_first=True),
    "GRU": nn.GRU(3, 6, 2, batch_first=True),
    "RNN": nn.RNN(3, 6, batch_first=True),
}


@pytest.mark.parametrize("name", LAYERS)
def test_recurrent_layers_derive_alike_in_every_precision(name: str) -> None:
    model = Recurrent(LAYERS[name], 12 if "directions" in name else 6)
    derived = [Symmetry.derive(model.to(kind), torch.rand(2, 4, 3)) for kind in (torch.float32, torch.bfloat16)]
    assert derived[0] == derived[1] == Symmetry.derive(model.double(), torch.rand(2, 4, 3))
    assert derived[0].groups


@pytest.mark.parametrize("cell", [nn.RNNCell(3, 6), nn.GRUCell(3, 6), nn.LSTMCell(3, 6)])
def test_recurrent_cells_derive(cell: nn.Module) -> None:
    class Steps(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell, self.head = cell, nn.Linear(6, 2)

        def forward(self, steps: Tensor) -> Tensor:
            state = None
            for step in steps.unbind(1):
                state = self.cell(step, state)
            logits: Tensor = self.head(state[0] if isinstance(state, tuple) else state)
            return logits

    assert list(Symmetry.derive(Steps(), torch.rand(2, 3, 3)).groups.values()) == [6]


def test_the_cpu_library_is_used_again_afterwards() -> None:
    before = torch._C._get_mkldnn_enabled()
    Symmetry.derive(mlp(), torch.rand(2, 4))
    with pytest.raises(UnsupportedModule):
        Symmetry.derive(nn.Sequential(nn.Linear(4, 6), Complex()), torch.rand(2, 4))
    assert torch._C._get_mkldnn_enabled() == before


class Complex(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        spectrum: Tensor = torch.fft.rfft(torch.relu(x))
        return spectrum.abs()
