"""Every kind of network, end and variant goes through the whole pipeline."""

import json
from pathlib import Path

import pytest
import torch

from mode_connectivity.foundations import checkpoints, layout
from mode_connectivity.models import build
from mode_connectivity.params.variants import RESEEDS
from support.project_copy import SMALL, Project

BROUGHT = '''
"""A network of a user's own."""

from torch import nn


def tiny(num_classes: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=4), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 64, num_classes)
    )
'''


def metadata(project: Project, variant: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((project.root / layout.metadata(layout.swapped(variant, 0))).read_text())
    return found


def test_a_brought_network_from_a_brought_checkpoint(tmp_path: Path) -> None:
    """With batch norm, swapped by a layer's name, and told apart when the file behind it changes."""
    swap = {"variants": ["mine"], "swap.layers": {"mine": "0"}, "swap.given": [[1, 6]]}
    study = Project(
        tmp_path, SMALL | swap | {"model.name": "networks_of_mine:tiny", "endpoint.imported": "end{seed}.pt"}
    )
    (tmp_path / "src" / "networks_of_mine.py").write_text(BROUGHT)
    namespace: dict[str, object] = {}
    exec(BROUGHT, namespace)
    torch.manual_seed(0)
    model = namespace["tiny"](10)  # type: ignore[operator]
    torch.save({"epoch": 3, "state_dict": model.state_dict()}, tmp_path / "end0.pt")
    study.run("dvc", "repro", "report")
    state, _ = checkpoints.load(tmp_path / layout.endpoint(0))
    swapped, _ = checkpoints.load(tmp_path / layout.swapped("mine", 0))
    assert torch.equal(state["0.weight"], model.state_dict()["0.weight"])
    assert torch.equal(swapped["0.weight"][1], state["0.weight"][6])
    assert torch.equal(swapped["1.running_mean"][1], state["1.running_mean"][6])
    assert metadata(study, "mine")["layer"] == "0"
    assert metadata(study, "mine")["pairs"][0]["pair"] == [1, 6]  # type: ignore[index]

    assert study.stages_run("dvc", "repro", "report") == ["source"]
    model[4].bias.data += 1.0
    torch.save(model.state_dict(), tmp_path / "end0.pt")
    assert "endpoint@0" in study.stages_run("dvc", "repro", "endpoint")
    torch.save(build("vgg16", num_classes=10, width=1 / 16).state_dict(), tmp_path / "end0.pt")
    done = study.run("dvc", "repro", "endpoint", check=False)
    assert "error: endpoint.imported: " in done.stderr
    assert "weights do not fit the network: 0.weight is missing" in done.stderr
    (tmp_path / "end0.pt").write_bytes(b"\x80\x04cos\nsystem\n")
    assert "not readable as plain weights" in study.run("dvc", "repro", "endpoint", check=False).stderr


@pytest.mark.slow
def test_all_variants_and_another_seed(tmp_path: Path) -> None:
    variants = ["control", "mid", "mirror", "random", "null", "deep", *RESEEDS]
    changes = {"variants": variants, "swap.layers": {"deep": "features.28"}}
    changes |= {"swap.amounts": {"deep": 3}}
    study = Project(tmp_path, SMALL | changes | {"swap.draw": "importance"})
    study.run("dvc", "repro", "report")
    moved = {variant: float(str(metadata(study, variant)["distance_to_original"])) for variant in variants}
    assert moved["control"] == 0 < moved["null"] < moved["mid"] < moved["mirror"]
    assert metadata(study, "deep")["layer"] == "features.28"
    assert [len(metadata(study, variant)["pairs"]) for variant in ("mid", "deep")] == [1, 3]  # type: ignore[arg-type]
    ends = {end: float(str(metadata(study, end)["distance_to_original"])) for end in RESEEDS}
    assert ends["rematched"] < ends["reseed"]
    report = (study.root / layout.NEURON_SWAP / layout.REPORT).read_text()
    assert all(f"| {variant} | 0 |" in report for variant in variants)
    assert "Another seed as the other end" in report
    verdict = json.loads((study.root / layout.NEURON_SWAP / layout.VERDICT).read_text())
    assert set(verdict["depths"]) == set(variants) - {"control", *RESEEDS}
    found = verdict["variants"]
    assert set(found) == set(variants)
    assert found["mirror"]["movement"]["slice_parameter_share"]["mean"] > 0.99
    assert found["mirror"]["movement"]["corrected_over_ends"]["mean"] > 0
    for reference in ("random", *RESEEDS):  # whose units no known permutation brings back and forth
        assert found[reference]["movement"]["displacement_over_ends"]["mean"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["resnet18", "vgg13", "torchvision.models:mobilenet_v2"])
def test_networks_run_through_the_whole_pipeline(tmp_path: Path, name: str) -> None:
    early = {"swap.layers": {"early": "features.1.conv.1"}} if ":" in name else {}
    study = Project(
        tmp_path, SMALL | {"model.name": name, "variants": ["control", "early"], "analysis.points": 3} | early
    )
    study.run("dvc", "repro", "report")
    test_set = metadata(study, "early")["verification"]["test_set"]  # type: ignore[index]
    assert test_set["relative_difference"] < 1e-9
