"""Rescaling directions are found where they are, and their share of a planted movement is known."""

import pytest
import torch
from torch import Tensor, nn

from mode_connectivity.measures import rescaling_share, rescalings
from mode_connectivity.models import build
from mode_connectivity.symmetry import Symmetry
from support.distinct_networks import randomised
from support.small_networks import small_net

IMAGES = torch.randn(8, 3, 8, 8, generator=torch.Generator().manual_seed(0))


def found_in(model: nn.Module, images: Tensor = IMAGES) -> tuple[list[set[str]], dict[str, Tensor]]:
    model = randomised(model)
    symmetry = Symmetry.derive(model, images[:1].double())
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    return [{part.tensor for part in each} for each in rescalings(symmetry, model, state, images)], state


def test_relu_units_scale_in_against_out() -> None:
    tensors, _ = found_in(small_net())
    assert tensors == [
        {"0.weight", "0.bias", "2.weight"},
        {"2.weight", "2.bias", "5.weight"},
        {"5.weight", "5.bias", "7.weight"},
    ]


def test_a_layer_before_batch_norm_has_its_radial_direction_too() -> None:
    tensors, _ = found_in(small_net(batch_norm=True))
    assert tensors[:2] == [{"1.weight", "1.bias", "3.weight"}, {"0.weight", "0.bias"}]


def test_an_activation_that_is_not_homogeneous_has_none() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.GELU(), nn.Flatten(), nn.Linear(4 * 36, 3))
    assert found_in(model)[0] == []


def test_residual_streams_scale_as_a_whole() -> None:
    model = build("resnet18", num_classes=3, width=1 / 16)
    images = torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    tensors, _ = found_in(model, images)
    assert any({"bn1.weight", "layer1.0.bn2.weight", "layer1.0.conv1.weight"} <= each for each in tensors)
    assert {"layer1.0.conv1.weight"} in tensors


class Tied(nn.Module):
    """Two hidden layers of one weight: a unit of the first cannot be scaled against what reads it."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.last = nn.Linear(6, 6), nn.Linear(6, 6), nn.Linear(6, 3)
        self.second.weight = self.first.weight

    def forward(self, rows: Tensor) -> Tensor:
        outputs: Tensor = self.last(torch.relu(self.second(torch.relu(self.first(rows)))))
        return outputs


def test_a_tied_tensor_has_one_scale() -> None:
    rows, model = torch.randn(8, 6, generator=torch.Generator().manual_seed(0)), Tied()
    assert found_in(model, rows)[0] == []
    model.second.weight = nn.Parameter(model.first.weight.clone())
    assert len(found_in(model, rows)[0]) == 2


def test_a_frozen_tensor_takes_no_part_in_the_movement() -> None:
    symmetry, state = Symmetry.derive(small_net(), IMAGES[:1]), small_net().state_dict()
    allowed = rescalings(symmetry, small_net(), state, IMAGES)
    field = {name: tensor for name, tensor in state.items() if name not in ("0.weight", "0.bias")}
    still = {name: torch.zeros_like(tensor) for name, tensor in state.items()}
    assert rescaling_share(allowed, state, field) == rescaling_share(allowed, state, still | field) > 0


@pytest.mark.parametrize("batch_norm", [False, True])
def test_share_of_planted_movements(batch_norm: bool) -> None:
    model = randomised(small_net(batch_norm=batch_norm))
    symmetry = Symmetry.derive(model, IMAGES[:1].double())
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    found = rescalings(symmetry, model, state, IMAGES)
    parameters = [name for name, _ in model.named_parameters()]
    generator = torch.Generator().manual_seed(1)
    along = {name: torch.zeros_like(state[name]) for name in parameters}
    for each in found:
        factors = torch.randn(20, generator=generator, dtype=torch.float64)
        for tensor, dim, units, sign in each:
            factor = factors[torch.from_numpy(units)] * sign
            along[tensor] += state[tensor] * factor.view([-1 if k == dim else 1 for k in range(state[tensor].ndim)])
    assert rescaling_share(found, state, along) == pytest.approx(1, abs=1e-8)

    # Against the projection by dense algebra.
    columns = []
    for each in found:
        for unit in range(1 + max(int(part.units.max()) for part in each)):
            tangent = {name: torch.zeros_like(state[name]) for name in parameters}
            for tensor, dim, units, sign in each:
                chosen = torch.from_numpy(units == unit).view(
                    [-1 if k == dim else 1 for k in range(state[tensor].ndim)]
                )
                tangent[tensor] += sign * chosen * state[tensor]
            columns.append(torch.cat([tangent[name].flatten() for name in parameters]))
    basis, _ = torch.linalg.qr(torch.stack(columns, 1))
    random = {name: torch.randn(state[name].shape, generator=generator, dtype=torch.float64) for name in parameters}
    flat = torch.cat([random[name].flatten() for name in parameters])
    expected = float((basis.T @ flat).square().sum() / flat.square().sum())
    assert rescaling_share(found, state, random) == pytest.approx(expected, rel=1e-7)
    across = flat - basis @ (basis.T @ flat)
    sizes = [random[name].numel() for name in parameters]
    split = {name: piece.view(random[name].shape) for name, piece in zip(parameters, across.split(sizes), strict=True)}
    assert rescaling_share(found, state, split) == pytest.approx(0, abs=1e-10)
    nothing = {name: torch.zeros_like(tensor) for name, tensor in random.items()}
    assert rescaling_share(found, state, nothing) == 0
    assert rescaling_share([], state, random) == 0
