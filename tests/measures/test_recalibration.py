"""Recalibrated statistics are those of all batches together, of any sizes; what does not fit a norm is left out."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from mode_connectivity.measures import has_statistics, recalibrate, sweep
from mode_connectivity.paths import Linear
from support.small_networks import state_of


def batches_of(sizes: list[int], *shape: int, seed: int = 0) -> list[Any]:
    """Batches whose means and spreads differ, as those of a sorted data set do."""
    generator = torch.Generator().manual_seed(seed)
    return [
        (torch.randn(n, *shape, generator=generator, dtype=torch.float64) * (1 + k) + 3 * k, torch.zeros(n).long())
        for k, n in enumerate(sizes)
    ]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=4).filter(lambda sizes: sum(sizes) > 1), st.integers(0, 9))
def test_batches_of_any_sizes_are_pooled_exactly(sizes: list[int], seed: int) -> None:
    """Two positions an image, so that a batch of one image counts."""
    model = nn.BatchNorm1d(3).double()
    given_batches = batches_of(sizes, 3, 2, seed=seed)
    found = recalibrate(model, state_of(model), given_batches)
    values = torch.cat([inputs for inputs, _ in given_batches])
    assert torch.allclose(found["running_mean"], values.mean((0, 2)), rtol=1e-12, atol=1e-12)
    assert torch.allclose(found["running_var"], values.var((0, 2)), rtol=1e-12, atol=1e-12)
    assert found["num_batches_tracked"] == len(sizes)


def test_a_small_last_batch_has_a_small_weight() -> None:
    """Batches of 64, 64 and 2: weighed equally the variance is off by a third."""
    model = nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8))
    generator = torch.Generator().manual_seed(0)
    drawn = [(torch.randn(n, 5, generator=generator), torch.zeros(n).long()) for n in (64, 64, 2)]
    found = recalibrate(model, state_of(model), drawn)["1.running_var"].double()
    with torch.no_grad():
        wanted = model[0](torch.cat([inputs for inputs, _ in drawn])).double().var(0)
    assert torch.allclose(found, wanted, rtol=1e-5)


def test_a_batch_of_one_image_is_left_out_where_a_norm_has_one_value_a_channel() -> None:
    """For all norms: those before have seen it, and must forget it."""
    model = nn.Sequential(nn.BatchNorm2d(3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(3)).double()
    given_batches = batches_of([4, 1], 3, 2, 2)
    whole, without = (recalibrate(model, state_of(model), each) for each in (given_batches, given_batches[:1]))
    assert all(torch.equal(tensor, without[name]) for name, tensor in whole.items())
    with pytest.raises(ValueError, match="more than one value a channel"):
        recalibrate(model, state_of(model), given_batches[1:])
    with pytest.raises(ValueError, match="more than one value a channel"):
        recalibrate(model, state_of(model), [])


def test_an_instance_norm_averages_over_images() -> None:
    model = nn.InstanceNorm2d(3, track_running_stats=True, affine=True).double()
    assert has_statistics(model)
    assert not has_statistics(nn.InstanceNorm2d(3))
    given_batches = batches_of([4, 2, 1], 3, 5, 5)
    found = recalibrate(model, state_of(model), given_batches)
    values = torch.cat([inputs for inputs, _ in given_batches])
    assert torch.allclose(found["running_mean"], values.mean((2, 3)).mean(0), rtol=1e-12)
    assert torch.allclose(found["running_var"], values.var((2, 3)).mean(0), rtol=1e-12)


class Shared(nn.Module):
    """One norm that runs twice a pass and stands under two names, and one that never runs."""

    def __init__(self) -> None:
        super().__init__()
        self.first = self.second = nn.BatchNorm1d(3)
        self.unused = nn.BatchNorm1d(2)

    def forward(self, x: Tensor) -> Tensor:
        twice: Tensor = self.second(self.first(x) + 5)
        return twice


def test_a_norm_that_runs_twice_pools_both_under_both_names_and_an_unused_one_keeps_its_own() -> None:
    model = Shared().double()
    state = state_of(model) | {"unused.running_mean": torch.full((2,), 7.0).double()}
    ((inputs, _),) = drawn = batches_of([6], 3)
    found = recalibrate(model, state, drawn)
    assert found.keys() == state.keys()
    once = nn.BatchNorm1d(3, affine=False).double()(inputs)
    assert torch.allclose(found["first.running_var"], torch.cat([inputs, once + 5]).var(0), rtol=1e-10)
    for name in ("running_mean", "running_var", "num_batches_tracked"):
        assert torch.equal(found[f"first.{name}"], found[f"second.{name}"])
    assert torch.equal(found["unused.running_mean"], state["unused.running_mean"])
    assert torch.equal(state_of(model)["first.running_mean"], torch.zeros(3).double())


def test_a_state_without_buffers_gets_them_and_the_model_keeps_its_own() -> None:
    model = nn.Sequential(nn.BatchNorm1d(3, affine=True)).double()
    parameters = {name: tensor.detach() for name, tensor in model.named_parameters()}
    found = recalibrate(model, parameters, batches_of([6], 3))
    assert set(found) == set(model.state_dict())
    assert torch.equal(state_of(model)["0.running_mean"], torch.zeros(3).double())


def test_a_buffer_that_no_checkpoint_holds_is_not_added() -> None:
    """So the result loads as the state did."""
    model = nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 2))
    model[1].register_buffer("table", torch.ones(2), persistent=False)
    found = recalibrate(model, state_of(model), [(torch.randn(6, 3), torch.zeros(6).long())])
    model.load_state_dict(found)


def test_recalibration_can_be_left_out() -> None:
    """Then the statistics of a point are those that the path gives."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4))
    model[1].running_mean = torch.arange(4.0)
    path = Linear(state_of(model), state_of(model))
    inputs, labels = torch.randn(6, 5), torch.arange(6) % 4
    found = sweep(model, path, [0.0], {"test": [(inputs, labels)]}, recalibration=False)["test"]
    assert found.loss[0] == pytest.approx(float(nn.functional.cross_entropy(model.eval()(inputs), labels).detach()))
