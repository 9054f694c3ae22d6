"""Whatever looks at a network leaves its modes, momenta, weights and buffers as they were, exceptions included."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from mode_connectivity.measures import feature_linearity, output_moments, recalibrate, repair, score, sweep
from mode_connectivity.paths import Linear
from mode_connectivity.symmetry import Symmetry
from mode_connectivity.symmetry.equivalence import compare
from mode_connectivity.symmetry.units import observe_units
from support.pretended_gpu import Gpu
from support.small_networks import small_net, state_of
from support.small_trainings import placed

BATCHES = [(torch.randn(8, 3, 8, 8, generator=torch.Generator().manual_seed(k)), torch.arange(8) % 4) for k in range(2)]


def frozen_norm(seed: int = 0) -> nn.Sequential:
    """A network in training whose norm was frozen by `eval()`."""
    model = small_net(seed, batch_norm=True)
    model[1].eval()
    return model


LINE = Linear(state_of(frozen_norm(0)), state_of(frozen_norm(1)))


def repaired(model: nn.Module, batches: Any) -> object:
    first, last = (output_moments(model, LINE.at(t), batches) for t in (0.0, 1.0))
    return repair(model, LINE.at(0.5), 0.5, (first, last), batches)


LOOKS: dict[str, Callable[[nn.Module, Any], object]] = {
    "sweep": lambda model, batches: sweep(model, LINE, [0.5], {"train": batches}),
    "score": lambda model, batches: score(model, LINE.at(0.5), batches),
    "recalibrate": lambda model, batches: recalibrate(model, LINE.at(0.5), batches),
    "repair": repaired,
    "compare": lambda model, batches: compare(model, LINE.at(0.0), LINE.at(1.0), [batches[0][0].double()]),
    "units": lambda model, batches: observe_units(
        Symmetry.derive(small_net(batch_norm=True), BATCHES[0][0]), "0", model, LINE.at(0.5), [batches[0][0]]
    ),
    "linearity": lambda model, batches: feature_linearity(
        model, LINE.at(0.5), [LINE.at(0.0), LINE.at(1.0)], 0.5, batches[0][0]
    ),
}


@pytest.mark.parametrize("look", LOOKS)
def test_a_frozen_norm_stays_in_evaluation_mode_and_nothing_else_changes(look: str) -> None:
    model = frozen_norm()
    modes = [module.training for module in model.modules()]
    before = state_of(model)
    LOOKS[look](model, BATCHES)
    assert [module.training for module in model.modules()] == modes
    assert model[1].momentum == 0.1
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


@pytest.mark.parametrize("look", LOOKS)
def test_an_exception_leaves_the_modes_too(look: str) -> None:
    model = frozen_norm()
    modes = [module.training for module in model.modules()]
    broken = [(torch.zeros(8, 2, 8, 8), torch.arange(8) % 4)]
    with pytest.raises(RuntimeError, match="channels"):
        LOOKS[look](model, broken)
    assert [module.training for module in model.modules()] == modes
    assert model[1].momentum == 0.1
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


class Counting(nn.Module):
    """Writes to a buffer in every pass."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 2)
        self.passes: Tensor
        self.register_buffer("passes", torch.zeros(1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        self.passes += 1
        result: Tensor = self.layer(x)
        return result


def test_a_buffer_that_a_pass_writes_is_a_copy() -> None:
    model = Counting()
    state = state_of(model) | {"passes": torch.zeros(1)}
    score(model, state, [(torch.zeros(4, 3), torch.arange(4) % 2)])
    assert (float(model.passes), float(state["passes"])) == (0, 0)


def test_a_model_of_the_host_is_scored_on_the_device_of_the_path() -> None:
    """Its buffers, and whatever else the state does not hold, go there with the state."""
    model = nn.Sequential(small_net(batch_norm=True), nn.Linear(4, 3), Counting())
    state = {name: tensor for name, tensor in state_of(model).items() if not name.startswith("1.")}
    batches = [(inputs, labels % 2) for inputs, labels in BATCHES]
    wanted = sweep(model, Linear(state, state), [0.5], {"train": batches})["train"].loss
    with Gpu():
        (moved,) = placed([state], "cuda")
        found = sweep(model, Linear(moved, moved), [0.5], {"train": batches})["train"].loss
    assert found == pytest.approx(wanted, rel=1e-5)
    assert all(tensor.device.type == "cpu" for tensor in model.state_dict().values())
