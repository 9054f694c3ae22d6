"""Everything that is measured on a GPU runs on a pretended one, which cannot say how fast it is."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from benchmarks import curve, matching, matrix_product, point, right, setting, step
from benchmarks.setting import Setting
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.models import build
from support.pretended_gpu import Gpu


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Setting:
    for module in (curve, matching, point, setting, step):
        monkeypatch.setattr(module, "build", small)
        monkeypatch.setattr(module, "BATCH", 4, raising=False)
    for module in (
        curve,
        point,
    ):  # what C++ calls meta is the pretended GPU, on which nothing is counted without effects
        monkeypatch.setattr(module, "step_flops", lambda *_, **__: 1e9)
        monkeypatch.setattr(module, "precisions_that_pay", lambda _: ["fp32", "bf16"])
    monkeypatch.setattr(right, "precisions_that_pay", lambda _: ["fp32"])
    monkeypatch.setattr(curve, "WORKERS", (0,))
    monkeypatch.setattr(point, "WORKERS", 0)
    monkeypatch.setitem(curve.STEPS, "cuda", 4)
    monkeypatch.setitem(point.COUNTS, "cuda", (8, 4))
    monkeypatch.setitem(matrix_product.SIZE, "cuda", 8)
    return Setting(torch.device("cuda", 0), 1, 1, tmp_path)


def small(*words: Any, **options: Any) -> nn.Module:
    return build(*words, **options | {"width": 1 / 64})


def test_training_and_scoring_have_their_share_of_the_rate_and_the_step_as_a_graph(here: Setting) -> None:
    with Gpu() as gpu:
        rows = {row.measured: row for row in curve.measure(here) + point.measure(here)}
    assert gpu.replays > 0
    for name in ("vgg16", "resnet18"):
        assert rows[f"curve training, {name}, replayed, fp32"].against == "launched"
        for part in (name, f"{name}, replayed"):
            assert rows[f"its arithmetic, {part}, fp32"].against == "matrix product"
    for part in ("curve training, vgg16", "path point"):
        assert rows[f"{part}, fp32"].against.startswith("straightforward")
    assert rows["its arithmetic, fp32"].against == "matrix product"


def test_a_step_has_its_dispatches_waits_and_memory(here: Setting) -> None:
    with Gpu():
        rows = {row.measured: row for row in step.measure(here)}
    assert rows["waits for the GPU a step, vgg16"].value == 0
    assert rows["GPU memory of curve training, vgg16"].unit == "MB"
    for name in ("vgg16", "resnet18"):
        row = rows[f"dispatches a step, {name}"]
        assert row.other is not None
        assert row.other < row.value < row.other + 50


def test_matching_stands_beside_its_forward_passes(here: Setting) -> None:
    with Gpu():
        assert [row.against for row in matching.measure(here)] == ["two forward passes"] * 2


def test_trainings_repeat_resume_and_replay(here: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(right, "WIDTH", 1 / 64)
    with Gpu():
        rows = {row.measured: row for row in right.measure(here)}
    same = [row for name, row in rows.items() if name.startswith("same bits again, resumed, replayed")]
    assert len(same) == len(right.NETWORKS)
    assert {(row.value, row.result) for row in same} == {(3, "all")}
    errors = [row.value for name, row in rows.items() if name.startswith("error of logits")]
    assert len(errors) == len(right.NETWORKS)
    assert 0 < max(errors) < 1e-4


def test_a_training_that_differs_is_named(here: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a generator that goes on from run to run."""
    draws = named_generator(0, "goes on")
    monkeypatch.setattr(right, "WIDTH", 1 / 64)
    monkeypatch.setattr(right, "NETWORKS", {"vgg16": right.NETWORKS["vgg16"]})
    monkeypatch.setattr(right, "named_generator", lambda *_: draws)
    with Gpu():
        row = right.measure(here)[0]
    assert row.result == "not again, resumed, replayed"
