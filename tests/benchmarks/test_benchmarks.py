"""What the product is measured against computes the same, and contenders take turns."""

import subprocess
import sys

import pytest
import torch
from torch.func import functional_call

from benchmarks.curve import step_flops
from benchmarks.straightforward.mixing import CurveNet
from benchmarks.timing import interleaved
from imports import SRC, source_files
from mode_connectivity.models import build
from mode_connectivity.paths import Bezier


@pytest.mark.parametrize("t", [0.0, 0.3, 1.0])
def test_the_straightforward_form_is_the_same_curve(t: float) -> None:
    torch.manual_seed(0)
    model = build("vgg13", num_classes=3, width=1 / 16).double()
    states = [{name: torch.randn_like(w) for name, w in model.state_dict().items()} for _ in range(3)]
    images = torch.randn(4, 3, 32, 32, dtype=torch.float64)
    expected = functional_call(model, Bezier(states).at(t), (images,))
    torch.testing.assert_close(CurveNet(model, states)(images, t), expected, rtol=1e-9, atol=0)


def test_contenders_take_turns() -> None:
    turns: list[str] = []
    interleaved({"a": lambda: turns.append("a"), "b": lambda: turns.append("b")}, 2)
    assert turns == ["a", "b", "a", "b", "b", "a"]  # once uncounted, then each first in turn


def test_operations_of_a_step_are_three_products_a_layer_and_two_in_the_first() -> None:
    model = build("vgg16", num_classes=10, width=1 / 4)
    sizes: dict[torch.nn.Module, int] = {}

    def note(module: torch.nn.Module, _inputs: object, output: torch.Tensor) -> None:
        sizes[module] = output[0].numel() // output.shape[1]

    layers = [m for m in model.modules() if isinstance(m, torch.nn.Conv2d | torch.nn.Linear)]
    for layer in layers:
        layer.register_forward_hook(note)
    model(torch.zeros(1, 3, 32, 32))
    products = sum((2 if k == 0 else 3) * 2 * sizes[each] * each.weight.numel() for k, each in enumerate(layers))
    for layer in layers:
        layer._forward_hooks.clear()
    assert step_flops(model, 8) == 8 * products


def test_an_unknown_row_is_named() -> None:
    asked = [sys.executable, "-m", "benchmarks", "--only", "nothing"]
    done = subprocess.run(asked, env={"PYTHONPATH": str(SRC)}, capture_output=True, text=True)
    assert done.returncode == 2
    assert "'nothing' is not measured; there are curve, point," in done.stderr


def test_the_product_never_imports_it() -> None:
    for file in source_files():
        assert "benchmarks" not in file.read_text(), file
