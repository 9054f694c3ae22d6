"""Networks with a narrow strided 1x1 convolution train: a crash of torch would take the tests with it, so they run in
a process of their own."""

import subprocess
import sys

import pytest

from support.code_imports import ROOT

SETTING = """
import torch
from torch import nn
from mode_connectivity.data.sets import Augmentation, Images, Scaling, TrainingBatches
from mode_connectivity.paths import Bezier, linear_bends
from mode_connectivity.paths.fitting import fit_bends
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.training import Recipe, train_endpoint

torch.set_num_threads(1)
draws = torch.Generator().manual_seed(0)
pixels = torch.randint(256, (256, 3, 32, 32), dtype=torch.uint8, generator=draws)
images = Images(pixels, torch.arange(256) % 4)
batches = TrainingBatches(images, 64, Scaling.of(images), Augmentation(), draws, draws)
narrow = nn.Conv2d(3, 8, 1, stride=2)
model = nn.Sequential(narrow, nn.ReLU(), nn.Flatten(), nn.Linear(8 * 16 * 16, 4))
state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
recipe = Recipe(epochs=15, batch_size=64, learning_rate=1e-4)
"""
TRAIN = "train_endpoint(model, state, batches, recipe, Precision())"
FIT = "fit_bends(model, Bezier([state, *linear_bends(state, state), state]), batches, recipe, Precision(), draws)"


@pytest.mark.parametrize("work", [TRAIN, FIT], ids=["endpoint", "curve"])
def test_training_outlives_a_narrow_strided_1x1_convolution(work: str) -> None:
    code = f"{SETTING}\n{work}\nprint('trained')"
    environment = {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120)
    assert done.stdout == "trained\n", (done.returncode, done.stderr)
