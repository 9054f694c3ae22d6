"""A study knows which device it ran on, draws dropout by name there, and refuses gradients that would not repeat."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from mode_connectivity.data.sets import Images, ScoringBatches
from mode_connectivity.data.sets.batches import scored_at_once
from mode_connectivity.foundations import checkpoints, layout
from mode_connectivity.params import Params
from mode_connectivity.stages import dataset, endpoint, source
from mode_connectivity.studies.shared.study import Study
from support.in_process import params_with
from support.pretended_gpu import Gpu

POOLED = """
from torch import nn


def pooled(num_classes: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(7), nn.Flatten(), nn.Linear(4 * 49, num_classes))
"""


def small(folder: Path, **changes: object) -> Params:
    return params_with(
        folder,
        {"compute.device": "auto", "dataset.train_size": 40, "dataset.test_size": 20, "endpoint.epochs": 1} | changes,
    )


@pytest.fixture
def params(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Params:
    monkeypatch.chdir(tmp_path)
    return small(tmp_path)


def test_auto_is_resolved_by_source_in_the_files_that_stages_depend_on(params: Params) -> None:
    found = []
    for context in (None, Gpu()):
        if context is None:
            source.main(params)
        else:
            with context:
                source.main(params)
        found.append([json.loads(file.read_text())["device"] for file in (layout.IMPORTS, layout.CUE_SOURCE)])
    assert found == [["cpu", "cpu"], ["cuda", "cuda"]]


def test_a_result_says_on_which_device_it_was_computed(params: Params) -> None:
    source.main(params)
    dataset.main(params)
    endpoint.main(params, 0)
    assert checkpoints.metadata(layout.endpoint(0))["params"]["compute"]["device"] == "cpu"
    with Gpu():
        # auto stays what `source` found, or a result would hang on where its stage happened to run.
        assert Study.open(params).device.type == "cpu"
        source.main(params)
        study = Study.open(params)
        assert study.device.type == "cuda"
        assert study.provenance()["params"]["compute"]["device"] == "cuda"
        settings: Any = torch.utils.deterministic
        assert not settings.fill_uninitialized_memory
    with pytest.raises(
        ValueError, match=r"compute\.device: auto was cuda in data/imports\.json and there is none here"
    ):
        Study.open(params)


def test_seeds_do_not_share_their_dropout(params: Params) -> None:
    source.main(params)
    dataset.main(params)
    with Gpu():
        source.main(params)
        study, drawn = Study.open(params), []
        for seed in (1, 2):
            torch.manual_seed(seed)
            study.model()
            drawn.append(float(torch.rand((), device="cuda")))
        assert drawn[0] != drawn[1]


def test_tf32_is_refused_in_one_line_where_there_is_none(tmp_path: Path, params: Params) -> None:
    source.main(params)
    dataset.main(params)
    with pytest.raises(ValueError, match=r"compute\.precision: tf32 needs a GPU; on a CPU use fp32 or bf16"):
        Study.open(small(tmp_path, **{"compute.precision": "tf32"}))


def test_a_network_without_a_gradient_that_repeats_is_named(
    tmp_path: Path, params: Params, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "networks_that_pool.py").write_text(POOLED)
    monkeypatch.syspath_prepend(str(tmp_path))
    brought = small(tmp_path, **{"model.name": "networks_that_pool:pooled"})
    source.main(brought)
    dataset.main(brought)
    Study.open(brought).check_network()
    with Gpu():
        source.main(brought)
        monkeypatch.setattr(torch, "are_deterministic_algorithms_enabled", lambda: True)
        with pytest.raises(
            ValueError, match=r"model\.name: networks_that_pool:pooled has no gradient .*adaptive_avg_pool"
        ):
            Study.open(brought).check_network()


@pytest.mark.parametrize(("size", "expected"), [(32, 4096), (64, 1024), (224, 64)])
def test_a_gpu_scores_as_many_images_as_its_memory_holds(size: int, expected: int) -> None:
    with Gpu():
        pixels = torch.zeros(2, 3, size, size, dtype=torch.uint8, device="cuda")
        assert scored_at_once(pixels) == expected
    images = Images(torch.zeros(130, 3, size, size, dtype=torch.uint8), torch.zeros(130, dtype=torch.int64))
    assert len(ScoringBatches(images, scaling=None)) == 2  # type: ignore[arg-type]
