"""What a step costs by hand, and who may know the benchmarks."""

import subprocess
import sys

import torch

from benchmarks.curve import step_flops
from imports import SRC, source_files
from mode_connectivity.models import build


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
