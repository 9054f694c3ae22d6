"""Every stage runs on a pretended GPU, and says so in what it leaves."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from mode_connectivity.foundations import checkpoints, layout
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.params import Params
from mode_connectivity.stages import (
    analysis,
    cue_dataset,
    cue_endpoint,
    curve,
    dataset,
    endpoint,
    finetune,
    mechanism,
    mechanism_report,
    plane,
    report,
    restricted,
    source,
    swap,
)
from support.in_process import params_with
from support.pretended_gpu import Gpu
from support.project_copy import METHODS, PATTERNS

CHANGES: dict[str, object] = {
    "compute.device": "auto",
    "seeds": [0, 1, 2],
    "dataset.train_size": 60,
    "dataset.test_size": 20,
    "endpoint.epochs": 1,
    "swap.verify": "quick",
    "evaluation.recalibration": 16,
    "analysis.points": 3,
    "analysis.scored_points": 3,
    "curve.replicates": [1],
    "variants": ["control", "mid", "reseed", "rematched"],
    "swap.match": "activations",
    "restricted.kinds": ["slices", "placebo_entries", "affine", "units_0.5"],
    "restricted.epochs": 1,
    "restricted.variants": ["mid"],
    "restricted.points": 1,
    "plane.of": ["mid-seed0", "0-1-2"],
    "plane.points": 2,
    "mechanism.patterns": PATTERNS,
    "finetune.methods": METHODS,
    **{f"finetune.{name}.epochs": 1 for name in ("training", "llrt", "lpft.head", "scratch")},
    "finetune.cbft.epochs": 2,
}
VGG, WITH_NORM = {"model.name": "vgg16"}, {"model.name": "vgg16", "model.batch_norm": True}
NETWORKS: dict[str, dict[str, object]] = {
    "vgg16": VGG | {"model.dropout": 0.5, "cue_model.name": "vgg13_strided"},
    "vgg16 bn": WITH_NORM | {"cue_model.name": "vgg16", "swap.match": "weights"},
    "resnet18": {"model.name": "resnet18", "cue_model.name": "resnet18"},
    "vgg13_strided": {"model.name": "vgg13_strided", "cue_model.name": "vgg16", "cue_model.batch_norm": False},
}


def further_endpoints() -> None:
    """Two more networks near the first, as files: training them would show nothing new."""
    tensors, metadata = checkpoints.load(layout.endpoint(0))
    for seed in (1, 2):
        draws = named_generator(seed, "further endpoint")
        moved = {name: _moved(tensor, draws) for name, tensor in tensors.items()}
        checkpoints.save(layout.endpoint(seed), moved, metadata)


def _moved(tensor: Tensor, draws: torch.Generator) -> Tensor:
    noise = 0.01 * torch.randn(tensor.shape, generator=draws)
    return tensor + noise if tensor.is_floating_point() else tensor


def neuron_swap(params: Params) -> None:
    endpoint.main(params, 0)
    further_endpoints()
    for variant in params.variants:
        swap.main(params, variant, 0)
        curve.main(params, variant, 0)
        analysis.main(params, variant, 0)
    restricted.main(params, "mid", 0)
    for item in params.plane.of:
        plane.main(params, item)


def mechanisms(params: Params) -> None:
    cue_dataset.main(params)
    cue_endpoint.main(params, 0)
    for pattern in params.mechanism.patterns:
        mechanism.main(params, pattern, 0)
    for method in params.finetune.methods:
        finetune.main(params, method, 0)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning", "ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize("name", NETWORKS)
def test_every_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    params = params_with(tmp_path, CHANGES | NETWORKS[name])
    with Gpu():
        source.main(params)
        dataset.main(params)
        neuron_swap(params)
        mechanisms(params)
        one = params_with(tmp_path, CHANGES | NETWORKS[name] | {"seeds": [0], "plane.of": []})
        report.main(one)
        mechanism_report.main(one)
    for file in (layout.endpoint(0), layout.curve("mid", 0), layout.finetuned("cbft", 0)):
        assert checkpoints.metadata(file)["params"]["compute"]["device"] == "cuda"


@pytest.mark.parametrize("region", ["slices", "affine"])
def test_stages_that_replay_their_steps_leave_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    few = {f"{section}.epochs": 4 for section in ("endpoint", "curve", "restricted")}
    left: dict[str, list[dict[str, Tensor]]] = {}
    for graphs in ("0", "1"):
        (tmp_path / graphs).mkdir()
        monkeypatch.chdir(tmp_path / graphs)
        monkeypatch.setenv("MODE_CONNECTIVITY_GRAPHS", graphs)
        params = params_with(Path(), CHANGES | NETWORKS["vgg16 bn"] | few | {"restricted.kinds": [region]})
        with Gpu() as gpu:
            source.main(params)
            dataset.main(params)
            endpoint.main(params, 0)
            swap.main(params, "mid", 0)
            curve.main(params, "mid", 0)
            trained = gpu.replays
            restricted.main(params, "mid", 0)
        assert (trained > 0, gpu.replays > trained) == (graphs == "1", graphs == "1")
        left[graphs] = [checkpoints.load(file)[0] for file in (layout.endpoint(0), layout.curve("mid", 0))]
    for one, other in zip(*left.values(), strict=True):
        assert all(torch.equal(one[name], other[name]) for name in one)
    records = [(tmp_path / graphs / layout.restricted("mid", 0, region, 1)).read_bytes() for graphs in left]
    assert records[0] == records[1]
