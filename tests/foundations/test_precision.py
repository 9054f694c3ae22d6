"""Each precision is what its name says, for as long as it is asked for."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.paths import Bezier, linear_bends
from mode_connectivity.paths.fitting import fit_bends
from mode_connectivity.training import Recipe, train_endpoint
from support.pretended_gpu import Gpu
from support.small_networks import small_net, state_of, stripe_batches


def in_force() -> tuple[str, str]:
    cudnn: Any = torch.backends.cudnn
    return cudnn.conv.fp32_precision, torch.backends.cuda.matmul.fp32_precision


class Noting(nn.Module):
    """A network that notes what is in force when it runs, forwards and backwards."""

    def __init__(self) -> None:
        super().__init__()
        self.network, self.seen = small_net(), set[tuple[str, str]]()

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.network(images)
        if logits.requires_grad:
            logits.register_hook(lambda _: self.seen.add(in_force()))
        self.seen.add(in_force())
        return logits


@pytest.mark.parametrize(("name", "expected"), [("fp32", "ieee"), ("tf32", "tf32")])
def test_convolutions_and_products_alike_compute_as_named(name: str, expected: str) -> None:
    model, before = Noting(), in_force()
    start = state_of(model)
    precision, recipe = Precision(name, "cuda"), Recipe(1, 16, 0.01)
    train_endpoint(model, start, stripe_batches(), recipe, precision)
    path = Bezier([start, *linear_bends(start, start), start])
    fit_bends(model, path, stripe_batches(), recipe, precision, named_generator(0, "t"))
    assert model.seen == {(expected, expected)}
    assert in_force() == before


def test_there_is_no_tf32_on_a_cpu_and_no_other_name() -> None:
    with pytest.raises(ValueError, match="precision: tf32 needs a GPU"):
        Precision("tf32", "cpu")
    with pytest.raises(ValueError, match="precision: 'fp16' is none of fp32, tf32, bf16"):
        Precision("fp16", "cuda")


def test_bf16_runs_under_autocast_on_the_device_of_the_study() -> None:
    with Gpu(), Precision("bf16", "cuda").autocast():
        assert torch.is_autocast_enabled("cuda")
