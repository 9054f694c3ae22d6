"""The yardstick computes what it stands for, and contenders take turns."""

import subprocess
import sys

import pytest
import torch
from torch.func import functional_call

from benchmarks.plain import Mixed, on_curve
from benchmarks.setting import Setting
from benchmarks.timing import interleaved
from benchmarks.training import step_operations
from imports import SRC, imports_of, source_files
from mode_connectivity.models import build
from mode_connectivity.paths import Bezier


@pytest.mark.parametrize("t", [0.0, 0.3, 1.0])
def test_the_plain_form_is_the_same_curve(t: float) -> None:
    torch.manual_seed(0)
    model = build("vgg13", num_classes=3, width=1 / 16).double()
    states = [{name: torch.randn_like(w) for name, w in model.state_dict().items()} for _ in range(3)]
    images = torch.randn(4, 3, 32, 32, dtype=torch.float64)
    expected = functional_call(model, Bezier(states).at(t), (images,))
    curve = on_curve(model)
    for name, module in curve.named_modules():
        if isinstance(module, Mixed):
            module.t = t
            for k, state in enumerate(states):
                module.get_parameter(f"weight_{k}").data = state[f"{name}.weight"]
                module.get_parameter(f"bias_{k}").data = state[f"{name}.bias"]
    torch.testing.assert_close(curve(images), expected, rtol=1e-9, atol=0)


def test_contenders_take_turns() -> None:
    turns: list[str] = []
    interleaved({"a": lambda: turns.append("a"), "b": lambda: turns.append("b")}, rounds=2)
    assert turns == ["a", "b"] * 3


def test_operations_of_a_step_are_three_products_a_layer_but_the_first() -> None:
    setting = Setting("cpu", "fp32", batches=1, rounds=1, seeds=0)
    model = setting.network()
    sizes, products = {}, 0

    def note(module: torch.nn.Module, _inputs: object, output: torch.Tensor) -> None:
        sizes[module] = output[0].numel() // output.shape[1]

    layers = [m for m in model.modules() if isinstance(m, torch.nn.Conv2d | torch.nn.Linear)]
    for layer in layers:
        layer.register_forward_hook(note)
    model(torch.zeros(1, 3, 32, 32))
    for place, layer in enumerate(layers):
        products += (2 if place == 0 else 3) * 2 * sizes[layer] * layer.weight.numel()
    assert step_operations(setting) == 128 * products


def test_an_unknown_row_is_named() -> None:
    asked = [sys.executable, "-m", "benchmarks", "--only", "nothing"]
    done = subprocess.run(asked, env={"PYTHONPATH": str(SRC)}, capture_output=True, text=True)
    assert done.returncode == 2
    assert "'nothing' is not one of curve, point," in done.stderr


def test_the_product_never_imports_it() -> None:
    for file in source_files():
        assert "benchmarks" not in file.read_text(), file
        assert not any("benchmarks" in path.parts for path in imports_of(file))
