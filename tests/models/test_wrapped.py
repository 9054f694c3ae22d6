"""What torch wraps around a network does not hide it."""

import copy
import warnings

import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from mode_connectivity.models import adopt, bare


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.ReLU(), nn.Linear(3, 2))


def compiled(model: nn.Module) -> nn.Module:
    result = torch.compile(model, backend="eager")
    assert isinstance(result, nn.Module)
    return result


def test_wrappers_are_taken_off_one_inside_the_other() -> None:
    inner = network()
    assert bare(inner) is inner
    assert bare(nn.DataParallel(inner)) is inner
    assert bare(compiled(inner)) is inner
    assert bare(nn.DataParallel(compiled(inner))) is inner
    averaged = AveragedModel(inner)
    assert bare(averaged) is averaged.module


def test_a_module_of_the_users_own_called_module_is_no_wrapper() -> None:
    class Head(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = network()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.module(x) * 2  # type: ignore[no-any-return]

    head = Head()
    assert bare(head) is head


def test_states_of_a_wrapper_are_adopted_by_the_network_inside() -> None:
    inner = network()
    for wrapped in (compiled(inner), nn.DataParallel(inner), AveragedModel(inner)):
        found = adopt(bare(wrapped), wrapped.state_dict())
        assert list(found) == list(inner.state_dict())
        assert all(torch.equal(found[name], tensor) for name, tensor in inner.state_dict().items())


def test_what_cannot_be_unwrapped_is_refused_in_one_line() -> None:
    inner = network()
    with warnings.catch_warnings(action="ignore", category=FutureWarning):  # TorchScript is deprecated, and still given
        scripted = torch.jit.script(inner)
    with pytest.raises(ValueError, match="a TorchScript module cannot be called with other weights"):
        bare(scripted)
    inner[0].compile(backend="eager")  # type: ignore[index]
    with pytest.raises(ValueError, match=r"compiled in place by \.compile\(\); give copy\.deepcopy\(model\)"):
        bare(inner)
    assert isinstance(bare(copy.deepcopy(inner)), nn.Sequential)
