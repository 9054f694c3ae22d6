"""Momentum takes torch's steps, and no compiler is imported for them."""

import subprocess
import sys

import pytest
import torch

from mode_connectivity.training.momentum import Momentum, lay_out_gradients


def leaf_and_gradients() -> tuple[torch.Tensor, list[torch.Tensor]]:
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(6, 4, 3, 3, generator=generator, dtype=torch.float64)
    return weight, [torch.randn(weight.shape, generator=generator, dtype=torch.float64) for _ in range(3)]


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_steps_are_those_of_the_formula_and_of_torch(momentum: float) -> None:
    """v <- m v + g + decay w, w <- w - rate v, at another rate in each step."""
    weight, gradients = leaf_and_gradients()
    ours, theirs = weight.clone().requires_grad_(), weight.clone().requires_grad_()
    still = torch.ones(2, requires_grad=True)  # never has a gradient
    descent = Momentum([ours, still], momentum, 0.01)
    optimizer = torch.optim.SGD([theirs], 1.0, momentum, weight_decay=0.01)
    expected, velocity = weight.clone(), torch.zeros_like(weight)
    for step, gradient in enumerate(gradients):
        rate = 0.1 / (step + 1)
        ours.grad, theirs.grad = gradient, gradient.clone()
        descent.set_rate(rate)
        descent.step()
        optimizer.param_groups[0]["lr"] = rate
        optimizer.step()
        velocity = momentum * velocity + gradient + 0.01 * expected
        expected = expected - rate * velocity
    assert torch.equal(ours, theirs)
    torch.testing.assert_close(ours.detach(), expected, rtol=1e-14, atol=1e-14)
    assert torch.equal(still.detach(), torch.ones(2))
    assert descent.velocities[1] is None


def test_a_fused_step_takes_gradients_laid_out_as_their_leaves() -> None:
    """As on a GPU, with a convolution whose gradient lies channels last: the same step as the plain optimizer's."""
    weight, (gradient, *_) = leaf_and_gradients()
    found = {}
    for fused in (False, True):
        leaf = weight.clone().requires_grad_()
        leaf.grad = gradient.contiguous(memory_format=torch.channels_last)
        if fused:
            lay_out_gradients([leaf])
            assert leaf.grad.stride() == leaf.stride()
        torch.optim.SGD([leaf], lr=0.1, momentum=0.9, fused=fused).step()
        found[fused] = leaf.detach()
    torch.testing.assert_close(found[True], found[False], rtol=1e-14, atol=1e-14)


WITHOUT_COMPILER = """
import sys
import torch
from mode_connectivity.symmetry import Symmetry
from mode_connectivity.training.momentum import Momentum

leaf = torch.ones(3, requires_grad=True)
leaf.grad = torch.ones(3)
descent = Momentum([leaf], 0.9, 0.01)
descent.set_rate(0.1)
descent.step()
model = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.ReLU(), torch.nn.Linear(5, 2))
Symmetry.derive(model, torch.zeros(2, 4))
assert "torch._dynamo" not in sys.modules
torch.optim.SGD([leaf], 0.1)
assert "torch._dynamo" in sys.modules, "torch no longer imports it: Momentum is not needed"
"""


def test_neither_a_step_nor_a_trace_imports_the_compiler() -> None:
    """It takes longer than many a stage trains."""
    done = subprocess.run([sys.executable, "-c", WITHOUT_COMPILER], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
