"""Checkpoints of training scripts, wrappers and older versions of torch are taken, or refused in one line."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from mode_connectivity.models import adopt, tied, unwrapped

State = dict[str, Tensor]


def network() -> nn.Sequential:
    return nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))


def state(seed: int = 1) -> State:
    torch.manual_seed(seed)
    found = {name: tensor.clone() for name, tensor in network().state_dict().items()}
    found["1.num_batches_tracked"] += 7
    return found


def renamed(weights: State, start: str) -> State:
    return {start + name: tensor for name, tensor in weights.items()}


def same(one: State, other: State) -> bool:
    return list(one) == list(other) and all(torch.equal(one[name], other[name]) for name in one)


ENVELOPES: list[Callable[[State], dict[str, Any]]] = [
    lambda s: {"model_state_dict": s, "epoch": 5},
    lambda s: {"model": s},
    lambda s: {"net": s, "acc": 0.9, "epoch": 3},
    lambda s: {"state_dict": s, "optimizer": {"state": {0: {"exp_avg": torch.zeros(8, 5)}}, "param_groups": []}},
    lambda s: {"epoch": 1, "optim": {"exp_avg": {k: torch.zeros_like(v) for k, v in s.items()}}, "weights": s},
    lambda s: {"ema": {"module": s}, "updates": 5, "best": torch.tensor(0.9)},
    lambda s: {"generator_of_mine": s, "loss": torch.zeros(10)},
    lambda s: {"state_dict": renamed(s, "model."), "callbacks": {"best": {"score": torch.ones(2)}}, "hyper": {}},
    lambda s: renamed(s, "_orig_mod."),
    lambda s: renamed(s, "module."),
    lambda s: renamed(s, "module._orig_mod."),
    lambda s: {"state_dict": renamed(s, "model._orig_mod.net.")},
    lambda s: {"model": renamed(s, "module."), "model_ema": renamed(s, "module.")},
    lambda s: {name.replace("0.", "0.module.", 1): tensor for name, tensor in s.items()},
]


@pytest.mark.parametrize("wrap", ENVELOPES)
def test_envelopes_and_prefixes_are_taken_off(wrap: Callable[[State], dict[str, Any]]) -> None:
    assert same(adopt(network(), wrap(state())), state())


def test_names_of_the_networks_own_are_not_cut() -> None:
    class Wrapper(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module, self.model = nn.Linear(2, 2), nn.Linear(2, 2)

    wrapper = Wrapper()
    assert same(adopt(wrapper, wrapper.state_dict()), wrapper.state_dict())
    assert same(adopt(wrapper, renamed(wrapper.state_dict(), "module.")), wrapper.state_dict())


def test_the_average_of_swa_is_taken_without_its_count(caplog: pytest.LogCaptureFixture) -> None:
    averaged = AveragedModel(network(), use_buffers=True)
    averaged.update_parameters(network())
    found = adopt(network(), averaged.state_dict())
    assert same(found, averaged.module.state_dict())
    assert caplog.messages == ["left out, as the network has none of these names: n_averaged"]


def test_half_precision_is_brought_to_the_networks_own() -> None:
    half = {name: t.half() if t.is_floating_point() else t for name, t in state().items()}
    found = adopt(network(), {"state_dict": half})
    assert {name: t.dtype for name, t in found.items()} == {name: t.dtype for name, t in state().items()}
    assert torch.equal(found["0.weight"], half["0.weight"].float())


def test_of_two_sets_of_weights_the_user_chooses() -> None:
    plain, average = state(1), state(2)
    both = {"state_dict": renamed(plain, "module."), "state_dict_ema": average}
    message = r"^several sets of weights: state_dict, state_dict_ema; choose one by its key, .* FILE:state_dict_ema$"
    with pytest.raises(ValueError, match=message):
        adopt(network(), both)
    with pytest.raises(ValueError, match=message):
        unwrapped(both)
    assert same(adopt(network(), both, key="state_dict_ema"), average)
    assert same(adopt(network(), both, key="state_dict"), plain)
    assert same(adopt(network(), {"state_dict": plain, "state_dict_ema": plain}), plain)
    with pytest.raises(ValueError, match="no weights at 'ema'; there are 'state_dict', 'state_dict_ema'"):
        adopt(network(), both, key="ema")
    other = {"model": plain, "discriminator": nn.Linear(3, 1).state_dict()}
    assert same(adopt(network(), other), plain)


def test_without_a_network_the_largest_of_unknown_sets_is_the_weights() -> None:
    held = {"mean": torch.zeros(3), "deviation": torch.ones(3), "mine": renamed(state(), "module.")}
    assert same(unwrapped(held), state())  # type: ignore[arg-type]


def test_a_file_of_early_2018_has_no_counts_of_batches() -> None:
    old = {name: tensor for name, tensor in state().items() if "num_batches" not in name}
    strict = network()
    strict.load_state_dict(old)
    found = adopt(network(), {"state_dict": renamed(old, "module.")})
    assert same(found, dict(strict.state_dict()))
    assert found["1.num_batches_tracked"].item() == 0
    assert found["1.num_batches_tracked"].dtype == torch.int64
    del old["1.running_mean"]
    with pytest.raises(ValueError, match=r"1\.running_mean is missing, 1\.num_batches_tracked is missing$"):
        adopt(network(), old)


def test_further_buffers_of_whole_numbers_are_left_out_and_named(caplog: pytest.LogCaptureFixture) -> None:
    more = {"embeddings.position_ids": torch.arange(9)[None], "mask": torch.ones(3, 3).tril().bool()}
    with caplog.at_level(logging.WARNING):
        assert same(adopt(network(), {**state(), **more}), state())
    assert len(caplog.messages) == 1
    assert "embeddings.position_ids, mask" in caplog.messages[0]
    with pytest.raises(ValueError, match="do not fit the network: scale is not the network's"):
        adopt(network(), {**state(), **more, "scale": torch.ones(1)})


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.head = nn.Embedding(4, 3), nn.Linear(3, 4)
        self.head.weight = self.embedding.weight


@pytest.mark.parametrize("name", ["embedding.weight", "head.weight"])
def test_of_tied_tensors_one_name_is_enough(name: str) -> None:
    torch.manual_seed(0)
    full = dict(Tied().state_dict())
    assert tied(Tied()) == {"head.weight": "embedding.weight"}
    part = {key: tensor for key, tensor in full.items() if key == name or key == "head.bias"}
    found = adopt(Tied(), {"model": renamed(part, "module.")})
    assert same(found, full)
    assert found["head.weight"] is found["embedding.weight"]


def test_tied_tensors_that_differ_are_named() -> None:
    full = dict(Tied().state_dict())
    with pytest.raises(
        ValueError, match=r"head\.weight and embedding\.weight are one tensor of the network and differ"
    ):
        adopt(Tied(), {**full, "head.weight": full["head.weight"] + 1})


def test_a_module_under_two_names_has_its_tensors_tied() -> None:
    model = nn.Sequential(nn.Linear(2, 2))
    model.append(model[0])
    assert tied(model) == {"1.weight": "0.weight", "1.bias": "0.bias"}
    assert tied(network()) == {}
